// Adding up system calls.
#include "decoder/report/call_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "decoder/report/call_findings.h"
#include "decoder/report/histogram_table.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr uint64_t kMaxErrno = 4095;  // of Linux

struct Kind {
  std::string_view prefix;  // of the link's target
  std::string_view kind;
};
constexpr Kind kKinds[] = {{"socket:", "socket"},
                           {"pipe:", "pipe"},
                           {"anon_inode:[eventfd", "eventfd"},
                           {"anon_inode:[eventpoll", "epoll"},
                           {"anon_inode:[timerfd", "timerfd"},
                           {"anon_inode:[signalfd", "signalfd"},
                           {"anon_inode:inotify", "inotify"},
                           {"anon_inode:[io_uring", "io_uring"},
                           {"anon_inode:", "other"},
                           {"/dev/pts/", "terminal"},
                           {"/dev/tty", "terminal"},
                           {"/dev/shm/", "memory"},
                           {"/memfd:", "memory"},
                           {"/dev/", "device"},
                           {"/proc/", "proc"},
                           {"/sys/", "proc"},
                           {"/", "file"}};

std::string errno_text(uint64_t error) {
  const char* name = error <= kMaxErrno ? strerrorname_np(static_cast<int>(error)) : nullptr;
  return name ? name : error == kSyscallAbandoned ? "left" : fmt::format("{}", error);
}

// The place with most of the time; empty: there is none.
std::string longest_site(const Costs<1>& stacks, Names& names) {
  NamedSums times;
  for (const auto& [key, cost] : stacks.rows()) times[names.site(key[0])] += cost.total;
  const auto most = biggest(times);
  return most == times.end() ? std::string() : most->first;
}

}  // namespace

std::string_view descriptor_kind(std::string_view target) {
  if (target.empty()) return {};
  const auto* at = std::find_if(std::begin(kKinds), std::end(kKinds),
                                [&](const Kind& kind) { return target.starts_with(kind.prefix); });
  return at == std::end(kKinds) ? "other" : at->kind;
}

void CallReport::call(const EndedCall& call) {
  const Key key = {call.number, descriptor_kind(call.target)};
  Sum& sum = sums_[key];
  if (call.open) {
    sum.unfinished++;
    sum.open += call.time;
    return;
  }
  sum.times.add(call.time);
  times_.add(call.time);
  if (call.error != 0) {
    sum.errors++;
    errors_[{call.number, call.error}]++;
  }
  if (!call.blocked) return;
  sum.slow++;
  sites_[key][{call.stack}].add(call.time);
}

std::vector<std::string> CallReport::sentences(const Analysis& analysis, Names& names) const {
  uint64_t errors = 0, slow = 0, unfinished = 0, longest = 0;
  const std::pair<const Key, Sum>* worst = nullptr;
  for (const auto& entry : sums_) {
    errors += entry.second.errors;
    slow += entry.second.slow;
    unfinished += entry.second.unfinished;
    longest = std::max(longest, entry.second.open);
    if (!worst || entry.second.times.total() > worst->second.times.total()) worst = &entry;
  }
  std::vector<std::string> all;
  if (unfinished != 0) {
    const auto open = std::find_if(sums_.begin(), sums_.end(), [&](const auto& entry) {
      return entry.second.open == longest && entry.second.unfinished != 0;
    });
    const std::string title = call_title(open->first.first, open->first.second);
    all.push_back(unfinished == 1
                      ? fmt::format("1 call did not end: {}, {}.", title, duration_text(longest))
                      : fmt::format("{} calls did not end; most of their time was in {}: {}.",
                                    unfinished, title, duration_text(longest)));
  }
  if (times_.count() == 0) {
    all.push_back("No system call ended in this time.");
    return all;
  }
  all.push_back(fmt::format("{} in {} took {} together; {} took longer than 20 us, {} failed.",
                            count_text(times_.count(), "call"), duration_text(analysis.looked_at()),
                            duration_text(times_.total()), slow, errors));
  const auto& [key, sum] = *worst;
  std::string text =
      fmt::format("{} % of that time was in {}: {}, {} at most",
                  percent(sum.times.total(), times_.total()), call_title(key.first, key.second),
                  count_text(sum.times.count(), "call"), duration_text(sum.times.max()));
  const auto sites = sites_.find(key);
  if (sites != sites_.end())
    if (const std::string site = longest_site(sites->second, names); !site.empty())
      text += fmt::format(", mostly at {}", site);
  all.push_back(text + ".");
  return all;
}

std::vector<Section> CallReport::sections(Names& names) const {
  return {{"calls", "", calls(names)},
          {"errors", "errors", errors()},
          {"latency", "how long calls took", histogram_table(times_)}};
}

Table CallReport::calls(Names& names) const {
  names.prefetch();
  using Row = std::pair<Key, const Sum*>;
  std::vector<Row> rows;
  for (const auto& [key, sum] : sums_) rows.emplace_back(key, &sum);
  const auto site = [&](const Row& row) -> std::string {
    const auto sites = sites_.find(row.first);
    return sites == sites_.end() ? std::string() : longest_site(sites->second, names);
  };
  const std::vector<Field<Row>> fields = {
      {{"call", "call"}, [](const Row& row) { return syscall_name(row.first.first); }},
      {{"number", "", Unit::Count, false, true}, [](const Row& row) { return row.first.first; }},
      {{"descriptor", "descriptor", Unit::Text, true},
       [](const Row& row) { return std::string(row.first.second); }},
      {{"calls", "calls", Unit::Count}, [](const Row& row) { return row.second->times.count(); }},
      {{"errors", "errors", Unit::Count, true}, [](const Row& row) { return row.second->errors; }},
      {{"slow", "slow", Unit::Count, true}, [](const Row& row) { return row.second->slow; }},
      {{"total", "total", Unit::Nanos}, [](const Row& row) { return row.second->times.total(); }},
      {{"share", "%", Unit::Share},
       [&](const Row& row) { return thousandths(row.second->times.total(), times_.total()); }},
      {{"mean", "mean", Unit::Nanos}, [](const Row& row) { return row.second->times.mean(); }},
      {{"p50", "p50", Unit::Nanos}, [](const Row& row) { return row.second->times.quantile(0.5); }},
      {{"p99", "p99", Unit::Nanos},
       [](const Row& row) { return row.second->times.quantile(0.99); }},
      {{"max", "max", Unit::Nanos}, [](const Row& row) { return row.second->times.max(); }},
      {{"unfinished", "unfinished", Unit::Count, true},
       [](const Row& row) { return row.second->unfinished; }},
      {{"open", "open for", Unit::Nanos, true}, [](const Row& row) { return row.second->open; }},
      {{"site", "slow mostly at", Unit::Text, true}, site}};
  Table table = make_table(fields, rows);
  table.sort("total");
  return table;
}

Table CallReport::errors() const {
  using Row = std::pair<std::pair<uint64_t, uint64_t>, uint64_t>;
  const std::vector<Field<Row>> fields = {
      {{"count", "count", Unit::Count}, [](const Row& row) { return row.second; }},
      {{"call", "call"}, [](const Row& row) { return syscall_name(row.first.first); }},
      {{"error", "error"}, [](const Row& row) { return errno_text(row.first.second); }}};
  Table table = make_table(fields, std::vector<Row>(errors_.begin(), errors_.end()));
  table.sort("count");
  return table;
}

}  // namespace thrace
