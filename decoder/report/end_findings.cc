// Looking at what was open at the end.
#include "decoder/report/end_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "decoder/report/table.h"
#include "decoder/report/titles.h"

namespace thrace {
namespace {

constexpr uint64_t kStuck = 100;  // thousandths of the run that it has been so
constexpr uint64_t kNearly = 10;  // thousandths of the run that are no earlier time

bool is_lock_wait(const Analysis& analysis, const OpenWait& wait) {
  return is_lock(analysis.objects[wait.object].kind);
}

bool is_event_wait(const Analysis& analysis, const OpenWait& wait) {
  return !is_lock_wait(analysis, wait) && analysis.objects[wait.object].kind != "thread";
}

bool is_nearly(const Analysis& analysis, int64_t time, int64_t later) {
  return thousandths(Window().clipped(time, later), analysis.duration()) < kNearly;
}

// True if the thread was in it when its trace ended, and that lies in the window.  The threads of a
// process that exits are gone a moment before.
template <typename Open>
bool at_the_end(const Analysis& analysis, const Open& open) {
  return is_nearly(analysis, open.until, analysis.ends[analysis.threads[open.thread].process]) &&
         open.until <= analysis.window.to;
}

// The same, of the process of another thread.
template <typename Open>
bool at_the_end_of(const Analysis& analysis, const Open& open, uint32_t thread) {
  return analysis.threads[open.thread].process == analysis.threads[thread].process &&
         at_the_end(analysis, open);
}

template <typename Open>
bool is_worth_a_word(const Analysis& analysis, const Open& open) {
  return thousandths(open.time(), analysis.duration()) >= kStuck;
}

// "At the end", or, of a process that has ended before the others, "When pid 42 ended,".
struct When {
  std::string text;
  bool past;
};
When when(const Analysis& analysis, uint32_t thread) {
  const ThreadRow& row = analysis.threads[thread];
  if (is_nearly(analysis, analysis.ends[row.process], analysis.end)) return {"At the end", false};
  return {fmt::format("When pid {} ended,", row.pid), true};
}

// That one thread, or so many, have waited so long for something.
std::string waiting_text(const Analysis& analysis, const OpenWait& longest, size_t threads,
                         const std::string& what) {
  const When at = when(analysis, longest.thread);
  if (threads == 1)
    return fmt::format("{} {} {} waited {} for {}", at.text,
                       own_title(analysis.threads[longest.thread]), at.past ? "had" : "has",
                       duration_text(longest.time()), what);
  return fmt::format("{} {} threads {} for {}, the longest {} for {}", at.text, threads,
                     at.past ? "waited" : "wait", what, at.past ? "had" : "has",
                     duration_text(longest.time()));
}

// The longest of those at the end that `counts`; nullptr: none, or it is not worth a word.
template <typename Open, typename Counts>
const Open* longest(const Analysis& analysis, const std::vector<Open>& all, Counts counts) {
  const Open* most = nullptr;
  for (const Open& open : all)
    if (at_the_end(analysis, open) && counts(open) && (!most || open.time() > most->time()))
      most = &open;
  return most && is_worth_a_word(analysis, *most) ? most : nullptr;
}

std::string stuck_lock(const Analysis& analysis, Names& names, const CallFindings& calls) {
  const OpenWait* most = longest(
      analysis, analysis.open, [&](const OpenWait& wait) { return is_lock_wait(analysis, wait); });
  if (!most) return {};
  const auto threads =
      std::count_if(analysis.open.begin(), analysis.open.end(), [&](const OpenWait& wait) {
        return wait.object == most->object && at_the_end_of(analysis, wait, most->thread);
      });
  const ObjectRow& object = analysis.objects[most->object];
  const std::string what = fmt::format("{} {}", object.kind, object_title(analysis, object, names));
  std::string text = waiting_text(analysis, *most, static_cast<size_t>(threads), what);
  if (const std::string& site = names.site(most->stack); !site.empty())
    text += fmt::format(", at {}", site);
  if (most->holder != kNobody) {
    const bool past = when(analysis, most->thread).past;
    text += fmt::format("; it {} held by {}", past ? "was" : "is",
                        own_title(analysis.threads[most->holder]));
    if (const std::string why = excuse(analysis, calls, most->holder, most->until, past);
        !why.empty())
      text += ", which " + why;
  }
  return text + ".";
}

// Waits for what may never come, or for something to do.
std::string events(const Analysis& analysis, Names& names) {
  const OpenWait* most = longest(
      analysis, analysis.open, [&](const OpenWait& wait) { return is_event_wait(analysis, wait); });
  if (!most) return {};
  std::set<std::string> kinds;
  NamedSums sites;
  size_t waits = 0;
  for (const OpenWait& wait : analysis.open) {
    if (!is_event_wait(analysis, wait) || !at_the_end_of(analysis, wait, most->thread)) continue;
    waits++;
    kinds.insert(analysis.objects[wait.object].kind);
    sites[names.site(wait.stack)]++;
  }
  std::string text =
      waiting_text(analysis, *most, waits, fmt::format("a {}", fmt::join(kinds, " or ")));
  const auto at = biggest(sites);
  if (at->first.empty()) return text + ".";
  if (at->second != waits) text += fmt::format("; {} of them", at->second);
  return text + fmt::format("{} at {}.", at->second == waits ? "," : "", shorten(at->first));
}

std::string stuck_call(const Analysis& analysis, const CallFindings& calls) {
  const auto is_work = [](const OpenCall& call) {
    return nature_of(call.number, call.kind) == CallNature::Work;
  };
  const OpenCall* most = longest(analysis, calls.open(), is_work);
  if (!most) return {};
  const auto others =
      std::count_if(calls.open().begin(), calls.open().end(), [&](const OpenCall& call) {
        return &call != most && call.number == most->number &&
               at_the_end_of(analysis, call, most->thread) && is_worth_a_word(analysis, call);
      });
  const When at = when(analysis, most->thread);
  std::string text = fmt::format("{} {} {} been in {} for {}", at.text,
                                 own_title(analysis.threads[most->thread]), at.past ? "had" : "has",
                                 call_title(most->number, most->kind), duration_text(most->time()));
  if (others != 0)
    text += fmt::format(", {} in such calls, too", count_text(others, "other thread"));
  return text + ".";
}

}  // namespace

std::string excuse(const Analysis& analysis, const CallFindings& calls, uint32_t thread,
                   int64_t until, bool past) {
  const char* const has = past ? "had" : "has";
  if (analysis.threads[thread].ended < until) return fmt::format("{} ended", has);
  const OpenCall* call = calls.open_of(thread);
  if (!call || !is_worth_a_word(analysis, *call)) return {};
  return fmt::format("{} been in {} for {}", has, call_title(call->number, call->kind),
                     duration_text(call->time()));
}

std::vector<std::string> end_sentences(const Analysis& analysis, Names& names,
                                       const CallFindings& calls, bool locks) {
  std::vector<std::string> all;
  if (locks) all.push_back(stuck_lock(analysis, names, calls));
  all.push_back(events(analysis, names));
  all.push_back(stuck_call(analysis, calls));
  std::erase(all, std::string());
  return all;
}

}  // namespace thrace
