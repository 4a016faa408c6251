// Finding the system call that took longest.
#include "decoder/report/worst_call.h"

#include <fmt/core.h>
#include <sys/syscall.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "decoder/report/call_report.h"
#include "decoder/report/table.h"
#include "decoder/report/titles.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr uint64_t kWorthAWord = 100;    // thousandths of the time that is looked at
constexpr uint64_t kMostNumbers = 1024;  // Linux has fewer calls

constexpr uint64_t kWaits[] = {
    SYS_accept,          SYS_accept4,     SYS_clock_nanosleep, SYS_nanosleep,
    SYS_epoll_wait,      SYS_epoll_pwait, SYS_epoll_pwait2,    SYS_poll,
    SYS_ppoll,           SYS_select,      SYS_pselect6,        SYS_pause,
    SYS_rt_sigsuspend,   SYS_semop,       SYS_rt_sigtimedwait, SYS_semtimedop,
    SYS_mq_timedreceive, SYS_msgrcv,      SYS_recvfrom,        SYS_recvmsg,
    SYS_recvmmsg,        SYS_wait4,       SYS_waitid};
constexpr uint64_t kReads[] = {SYS_read, SYS_readv, SYS_splice};
constexpr std::string_view kAlwaysThere[] = {"file", "memory", "device", "proc"};

template <typename List, typename Value>
bool is_in(const List& list, const Value& value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

}  // namespace

bool waits_for_others(uint64_t call, std::string_view kind) {
  return is_in(kWaits, call) || (is_in(kReads, call) && !is_in(kAlwaysThere, kind));
}

void WorstCall::call(const EndedCall& call) {
  const std::string_view kind = descriptor_kind(call.target);
  if (call.number >= kMostNumbers || waits_for_others(call.number, kind)) return;
  sums_[{call.number, kind}][{call.thread, call.stack}].add(call.time);
}

std::string WorstCall::open_sentence(const Analysis& analysis) {
  const OpenCall* longest = nullptr;
  size_t threads = 0;
  for (const OpenCall& call : analysis.open_calls) {
    if (waits_for_others(call.number, {})) continue;
    threads++;
    if (!longest || call.time() > longest->time()) longest = &call;
  }
  if (!longest || thousandths(longest->time(), analysis.duration()) < kWorthAWord) return {};
  return fmt::format(
      "At the end {} is in {} since {}{}.", thread_title(analysis.threads[longest->thread]),
      syscall_name(longest->number), duration_text(longest->time()),
      threads == 1 ? "" : fmt::format(", and {} more are in such calls", threads - 1));
}

std::string WorstCall::sentence(const Analysis& analysis, Names& names) const {
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
  std::map<std::string, uint64_t> sites;
  for (const auto& [who, cost] : sums.rows()) {
    calls += cost.count;
    if (threads.insert(who[0]).second) lived += analysis.threads[who[0]].total();
    if (who[1] != 0) sites[names.site(who[1])] += cost.total;
  }
  const bool one = threads.size() == 1;
  std::string text = fmt::format("{} spent {} ({} % of {} time) in {} {}{} {}",
                                 one ? thread_title(analysis.threads[*threads.begin()])
                                     : fmt::format("{} threads", threads.size()),
                                 duration_text(time), (thousandths(time, lived) + 5) / 10,
                                 one ? "its" : "their", calls, syscall_name(key.first),
                                 key.second.empty() ? "" : fmt::format(" ({})", key.second),
                                 calls == 1 ? "call" : "calls");
  const auto most = std::max_element(
      sites.begin(), sites.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != sites.end() && !most->first.empty())
    text += fmt::format(", mostly at {}", shorten(most->first));
  return text + ".";
}

}  // namespace thrace
