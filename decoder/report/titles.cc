// Putting titles together.
#include "decoder/report/titles.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/report/table.h"

namespace thrace {
namespace {

constexpr size_t kShownShares = 3;

template <typename Title>
std::string shares_text(const std::vector<Share>& shares, uint64_t total, Title title) {
  std::vector<std::pair<std::string, uint64_t>> sums;
  for (const Share& share : shares) {
    const std::string name = title(share.who);
    const auto at =
        std::find_if(sums.begin(), sums.end(), [&](const auto& sum) { return sum.first == name; });
    if (at == sums.end())
      sums.emplace_back(name, share.time);
    else
      at->second += share.time;
  }
  std::stable_sort(sums.begin(), sums.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (size_t i = 0; i < sums.size() && i < kShownShares; i++)
    text += fmt::format("{}{} ({:.0f} %)", i ? ", " : "", sums[i].first,
                        static_cast<double>(thousandths(sums[i].second, total)) / 10);
  if (sums.size() > kShownShares) text += fmt::format(", {} more", sums.size() - kShownShares);
  return text;
}

}  // namespace

std::string thread_title(const ThreadRow& row) {
  if (!row.group.empty()) return row.group;
  return row.name.empty() ? fmt::format("tid {}", row.tid)
                          : fmt::format("{}/{}", row.name, row.tid);
}

std::string tid_title(const Analysis& analysis, const std::string& pid, uint64_t tid) {
  // The kernel uses tids again: the latest thread is the best guess for a lock that is held.
  const auto at = std::find_if(
      analysis.threads.rbegin(), analysis.threads.rend(),
      [&](const ThreadRow& row) { return row.tid == tid && row.pid == pid && !row.failed; });
  return at == analysis.threads.rend() ? fmt::format("tid {}", tid) : thread_title(*at);
}

std::string object_title(const Analysis& analysis, const ObjectRow& object, Names& names) {
  if (const std::string name = names.variable(object.module, object.object); !name.empty())
    return name;
  const bool join = object.kind == object_kind(static_cast<uint64_t>(WaitReason::Join));
  const std::string owner = object.owner == kNobody ? ""
                                                    : thread_title(analysis.threads[object.owner]) +
                                                          (object.owners ? " and others" : "");
  if (join && !owner.empty()) return owner;
  // Whoever ends a join is the thread that was waited for.
  if (join && object.wakers.size() == 1)
    return thread_title(analysis.threads[object.wakers.front().who]);
  std::string title = fmt::format("{:#x}", object.object);
  if (!owner.empty()) title += fmt::format(" (stack of {})", owner);
  const std::string& site = names.site(object.first);
  return site.empty() ? title : fmt::format("{}, first at {}", title, site);
}

std::string wakers_text(const Analysis& analysis, const ObjectRow& object) {
  return shares_text(object.wakers, object.waits.total(),
                     [&](uint64_t who) { return thread_title(analysis.threads[who]); });
}

std::string holders_text(const Analysis& analysis, const ObjectRow& object) {
  return shares_text(object.holders, object.waits.total(),
                     [&](uint64_t tid) { return tid_title(analysis, object.pid, tid); });
}

}  // namespace thrace
