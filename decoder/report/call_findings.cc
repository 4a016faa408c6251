// Collecting system calls for the verdict.
#include "decoder/report/call_findings.h"

#include <fmt/core.h>
#include <sys/syscall.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "decoder/report/call_report.h"
#include "decoder/report/filter.h"
#include "decoder/report/table.h"
#include "decoder/report/titles.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr uint64_t kWorthAWord = 100;    // thousandths of the time that is looked at
constexpr uint64_t kMostNumbers = 1024;  // Linux has fewer calls

constexpr uint64_t kSleeps[] = {SYS_nanosleep, SYS_clock_nanosleep};
constexpr uint64_t kWaits[] = {
    SYS_accept,         SYS_accept4,    SYS_epoll_wait, SYS_epoll_pwait,   SYS_epoll_pwait2,
    SYS_poll,           SYS_ppoll,      SYS_select,     SYS_pselect6,      SYS_pause,
    SYS_semop,          SYS_semtimedop, SYS_msgrcv,     SYS_rt_sigsuspend, SYS_rt_sigtimedwait,
    SYS_recvfrom,       SYS_recvmsg,    SYS_recvmmsg,   SYS_wait4,         SYS_waitid,
    SYS_mq_timedreceive};
constexpr uint64_t kReads[] = {SYS_read, SYS_readv, SYS_splice};
constexpr std::string_view kAlwaysThere[] = {"file", "memory", "device", "proc"};

template <typename List, typename Value>
bool is_in(const List& list, const Value& value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

// One thread, or how many; with the name of their group if they are of one.
std::string threads_text(const Analysis& analysis, const std::set<uint32_t>& threads) {
  if (threads.size() == 1) return thread_title(analysis.threads[*threads.begin()]);
  std::set<std::string> groups;
  for (const uint32_t thread : threads) groups.insert(group_name(analysis.threads[thread].name));
  return groups.size() == 1 ? fmt::format("The {} threads {}", threads.size(), *groups.begin())
                            : fmt::format("{} threads", threads.size());
}

}  // namespace

CallNature nature_of(uint64_t call, std::string_view kind) {
  if (is_in(kSleeps, call)) return CallNature::Sleep;
  const bool waits = is_in(kWaits, call) || (is_in(kReads, call) && !is_in(kAlwaysThere, kind));
  return waits ? CallNature::Wait : CallNature::Work;
}

std::string call_title(uint64_t number, std::string_view kind) {
  return syscall_name(number) + (kind.empty() ? "" : fmt::format(" ({})", kind));
}

void CallFindings::call(const EndedCall& call) {
  const std::string_view kind = descriptor_kind(call.target);
  const CallNature nature = nature_of(call.number, kind);
  if (nature != CallNature::Work) others_[{call.thread, nature}] += call.time;
  if (call.open)
    open_.push_back({call.thread, call.number, kind, call.since, call.until});
  else if (nature == CallNature::Work && call.number < kMostNumbers)
    sums_[{call.number, kind}][{call.thread, call.stack}].add(call.time);
}

const OpenCall* CallFindings::open_of(uint32_t thread) const {
  const auto at = std::find_if(open_.begin(), open_.end(),
                               [&](const OpenCall& call) { return call.thread == thread; });
  return at == open_.end() ? nullptr : &*at;
}

uint64_t CallFindings::time_of(uint32_t thread, CallNature nature) const {
  const auto at = others_.find({thread, nature});
  return at == others_.end() ? 0 : at->second;
}

std::string CallFindings::worst(const Analysis& analysis, Names& names) const {
  const auto time_of = [](const auto& entry) {
    uint64_t time = entry.second.beyond().total;
    for (const auto& row : entry.second.rows()) time += row.cost.total;
    return time;
  };
  const auto worst =
      std::max_element(sums_.begin(), sums_.end(),
                       [&](const auto& a, const auto& b) { return time_of(a) < time_of(b); });
  if (worst == sums_.end()) return {};
  const uint64_t time = time_of(*worst);
  if (thousandths(time, analysis.looked_at()) < kWorthAWord) return {};

  const auto& [key, sums] = *worst;
  uint64_t calls = sums.beyond().count, lived = 0;
  std::set<uint32_t> threads;
  NamedSums sites;
  for (const auto& [who, cost] : sums.rows()) {
    calls += cost.count;
    if (threads.insert(who[0]).second) lived += analysis.threads[who[0]].total();
    if (who[1] != 0) sites[names.site(who[1])] += cost.total;
  }
  const std::string call = fmt::format("{} call", call_title(key.first, key.second));
  std::string text = fmt::format(
      "{} spent {} ({} % of {} time) in {}", threads_text(analysis, threads), duration_text(time),
      percent(time, lived), threads.size() == 1 ? "its" : "their", count_text(calls, call));
  const auto most = biggest(sites);
  if (most != sites.end() && !most->first.empty())
    text += fmt::format(", mostly at {}", shorten(most->first));
  return text + ".";
}

}  // namespace thrace
