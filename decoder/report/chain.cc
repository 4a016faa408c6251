// Collecting pieces, and following them.
#include "decoder/report/chain.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "decoder/report/titles.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

uint64_t length(int64_t since, int64_t until) {
  return until > since ? static_cast<uint64_t>(until) - static_cast<uint64_t>(since) : 0;
}

uint64_t overlap(const Piece& piece, int64_t since, int64_t until) {
  return length(std::max(piece.since, since), std::min(piece.until, until));
}

}  // namespace

Chains::Chains(const std::vector<EndedWait>& waits, const Window& window)
    : window_(window), waits_(waits), met_(waits.size()), shortest_(UINT64_MAX) {
  for (size_t i = 0; i < waits_.size(); i++) {
    const Piece piece = piece_of(waits_[i]);
    places_.emplace(key_of(waits_[i]), i);
    spans_.push_back({piece.since, piece.until});
    shortest_ = std::min(shortest_, length(piece.since, piece.until) / kChainShare);
  }
  shortest_ = std::max<uint64_t>(shortest_, 1);
  std::sort(spans_.begin(), spans_.end(),
            [](const Span& a, const Span& b) { return a.since < b.since; });
  build(0, spans_.size());
}

// Notes the latest end of each part of the tree; that of this one.
int64_t Chains::build(size_t first, size_t last) {
  if (first == last) return INT64_MIN;
  const size_t root = first + (last - first) / 2;
  return spans_[root].latest =
             std::max({spans_[root].until, build(first, root), build(root + 1, last)});
}

// True if a piece may explain enough of one of the spans.  Looks at those only that it overlaps.
bool Chains::matters(const Piece& piece, size_t first, size_t last) const {
  if (first == last) return false;
  const size_t root = first + (last - first) / 2;
  const Span& span = spans_[root];
  if (span.latest <= piece.since) return false;
  if (matters(piece, first, root)) return true;
  if (span.since >= piece.until) return false;
  return overlap(piece, span.since, span.until) * kChainShare >= length(span.since, span.until) ||
         matters(piece, root + 1, last);
}

// Only what lies in the window explains anything.
Piece Chains::clipped(Piece piece) const {
  piece.since = std::max(piece.since, window_.from);
  piece.until = std::min(piece.until, window_.to);
  return piece;
}

Piece Chains::piece_of(const EndedWait& wait) const {
  return clipped({.thread = wait.thread,
                  .since = wait.since,
                  .until = wait.until,
                  .open = wait.open,
                  .object = wait.object,
                  .waker = wait.waker,
                  .stack = wait.stack});
}

void Chains::wait(const EndedWait& wait) {
  const auto [begin, end] = places_.equal_range(key_of(wait));
  for (auto at = begin; at != end; ++at) {
    waits_[at->second] = wait;
    met_[at->second] = true;
  }
  collect(piece_of(wait));
}

void Chains::call(const EndedCall& call) {
  if (!call.blocked && !call.open) return;
  collect({.thread = call.thread,
           .since = call.since,
           .until = call.until,
           .call = true,
           .open = call.open,
           .number = call.number,
           .stack = call.stack});
}

void Chains::collect(Piece piece) {
  piece = clipped(piece);
  if (length(piece.since, piece.until) < shortest_) return;
  if (matters(piece, 0, spans_.size())) pieces_[piece.thread].push_back(piece);
}

std::vector<EndedWait> Chains::waits() const {
  std::vector<EndedWait> met;
  for (size_t i = 0; i < waits_.size(); i++)
    if (met_[i]) met.push_back(waits_[i]);
  return met;
}

// Whom a wait waited for: who ended it, or who holds what it still waits for.
uint32_t Chains::blocker(const Analysis& analysis, const Piece& wait) const {
  if (!wait.open) return wait.waker;
  const auto at = std::find_if(analysis.open.begin(), analysis.open.end(),
                               [&](const OpenWait& open) { return open.thread == wait.thread; });
  return at == analysis.open.end() ? kNobody : at->holder;
}

// What a thread did longest while a wait lasted.
Link Chains::longest_link(uint32_t thread, const Piece& wait) const {
  struct Sum {
    Link link;
    uint64_t longest = 0;
  };
  std::map<std::tuple<bool, uint64_t, uint32_t, StackId>, Sum> sums;
  Link link = {.thread = thread};
  const std::vector<Piece>* pieces = pieces_.find(thread);
  if (!pieces) return link;
  for (const Piece& piece : *pieces) {
    const uint64_t time = overlap(piece, wait.since, wait.until);
    if (time == 0) continue;
    Sum& sum = sums[{piece.call, piece.number, piece.object, piece.stack}];
    sum.link.thread = thread;
    sum.link.time += time;
    sum.link.count++;
    if (time > sum.longest) {
      sum.longest = time;
      sum.link.piece = &piece;
    }
    if (sum.link.time > link.time) link = sum.link;
  }
  return link;
}

std::vector<Link> Chains::chain(const Analysis& analysis, const EndedWait& wait) const {
  std::vector<Link> links;
  Piece before = piece_of(wait);
  const uint64_t whole = length(before.since, before.until);
  while (links.size() < kMaxLinks) {
    const uint32_t thread = blocker(analysis, before);
    if (thread == kNobody || thread == before.thread) break;
    if (thread == wait.thread) break;  // a deadlock: it waits for itself
    Link link = longest_link(thread, before);
    const bool explains = link.time * kLinkShare >= length(before.since, before.until) &&
                          link.time * kChainShare >= whole;
    if (!explains)
      link = {.thread = thread,
              .gone = before.open && analysis.threads[thread].ended < before.until};
    const bool known = std::any_of(links.begin(), links.end(), [&](const Link& other) {
      return link.piece != nullptr && other.piece == link.piece;
    });
    if (known) break;
    links.push_back(link);
    if (!link.piece || link.piece->call) break;
    Piece next = *link.piece;
    next.since = std::max(next.since, before.since);
    next.until = std::min(next.until, before.until);
    before = next;
  }
  return links;
}

std::string link_text(const Analysis& analysis, const Link& link, Names& names) {
  std::string text = thread_title(analysis.threads[link.thread]);
  if (link.gone) return text + " has ended";
  if (!link.piece) return text + " ran or had short waits and calls only";
  const Piece& piece = *link.piece;
  const std::string times = link.count > 1 ? fmt::format("{} times ", link.count) : "";
  if (piece.call) {
    text += fmt::format(" was {}in {} for {}", times, syscall_name(piece.number),
                        duration_text(link.time));
  } else {
    const ObjectRow& object = analysis.objects[piece.object];
    text += fmt::format(" waited {}{} for {} {}", times, duration_text(link.time), object.kind,
                        object_title(analysis, object, names));
  }
  const std::string& site = names.site(piece.stack);
  return site.empty() ? text : fmt::format("{} at {}", text, site);
}

Table chain_table(const Analysis& analysis, const std::vector<std::vector<Link>>& chains,
                  Names& names) {
  struct Row {
    size_t number, depth;
    const Link* link;
  };
  std::vector<Row> rows;
  for (size_t i = 0; i < chains.size(); i++)
    for (size_t depth = 0; depth < chains[i].size(); depth++)
      rows.push_back({i + 1, depth + 1, &chains[i][depth]});
  const auto what = [&](const Row& row) -> std::string {
    const Piece* piece = row.link->piece;
    if (row.link->gone) return "ended";
    if (!piece) return "running or in short waits and calls";
    if (piece->call) return std::string(syscall_name(piece->number));
    const ObjectRow& object = analysis.objects[piece->object];
    return fmt::format("{} {}", object.kind, object_title(analysis, object, names));
  };
  const std::vector<Field<Row>> fields = {
      {{"number", "#", Unit::Count}, [](const Row& row) { return uint64_t{row.number}; }},
      {{"depth", "depth", Unit::Count}, [](const Row& row) { return uint64_t{row.depth}; }},
      {{"thread", "thread"},
       [&](const Row& row) { return thread_title(analysis.threads[row.link->thread]); }},
      {{"what", "what"}, what},
      {{"time", "time", Unit::Nanos}, [](const Row& row) { return row.link->time; }},
      {{"count", "times", Unit::Count}, [](const Row& row) { return row.link->count; }},
      {{"site", "at", Unit::Text, true}, [&](const Row& row) {
         return row.link->piece ? names.site(row.link->piece->stack) : std::string();
       }}};
  return make_table(fields, rows);
}

}  // namespace thrace
