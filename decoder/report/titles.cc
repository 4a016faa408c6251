// Putting titles together.
#include "decoder/report/titles.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "decoder/report/table.h"

namespace thrace {
namespace {

constexpr size_t kShownShares = 3;

template <typename Title>
std::vector<TitledShare> titled(const std::vector<Share>& shares, Title title) {
  std::map<std::string, size_t> places;
  std::vector<TitledShare> sums;
  for (const Share& share : shares) {
    const auto [at, fresh] = places.try_emplace(title(share.who), sums.size());
    if (fresh) sums.push_back({at->first});
    sums[at->second].count += share.count;
    sums[at->second].time += share.time;
  }
  std::stable_sort(sums.begin(), sums.end(), [](const TitledShare& a, const TitledShare& b) {
    return a.time != b.time ? a.time > b.time : a.count > b.count;
  });
  return sums;
}

std::string shares_text(const std::vector<TitledShare>& shares, uint64_t total) {
  std::string text;
  for (size_t i = 0; i < shares.size() && i < kShownShares; i++)
    text += fmt::format("{}{} ({:.0f} %)", i ? ", " : "", shares[i].title,
                        static_cast<double>(thousandths(shares[i].time, total)) / 10);
  if (shares.size() > kShownShares) text += fmt::format(", {} more", shares.size() - kShownShares);
  return text;
}

}  // namespace

std::string thread_title(const ThreadRow& row) {
  return row.group.empty() ? own_title(row) : row.group;
}

std::string own_title(const ThreadRow& row) {
  return row.name.empty() ? fmt::format("tid {}", row.tid)
                          : fmt::format("{}/{}", row.name, row.tid);
}

std::string tid_title(const Analysis& analysis, uint32_t process, uint64_t tid) {
  // The kernel uses tids again: the latest thread is the best guess for a lock that is held.
  const auto title = [&](const auto& at) { return thread_title(analysis.threads[at->second]); };
  const auto own = analysis.by_tid.find({process, tid});
  if (own != analysis.by_tid.end()) return title(own);
  auto other = analysis.by_tid.end();
  for (uint32_t p = 0; p < analysis.programs.size(); p++) {
    const auto at = analysis.by_tid.find({p, tid});
    if (at == analysis.by_tid.end()) continue;
    if (other != analysis.by_tid.end()) return fmt::format("tid {}", tid);
    other = at;
  }
  return other == analysis.by_tid.end() ? fmt::format("tid {}", tid) : title(other);
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

std::vector<TitledShare> waker_shares(const Analysis& analysis, const ObjectRow& object) {
  return titled(object.wakers, [&](uint64_t who) { return thread_title(analysis.threads[who]); });
}

std::vector<TitledShare> last_shares(const Analysis& analysis, const ObjectRow& object) {
  return titled(object.lasts, [&](uint64_t who) { return thread_title(analysis.threads[who]); });
}

std::string wakers_text(const Analysis& analysis, const ObjectRow& object) {
  return shares_text(waker_shares(analysis, object), object.waits.total());
}

std::string holders_text(const Analysis& analysis, const ObjectRow& object) {
  const auto title = [&](uint64_t tid) { return tid_title(analysis, object.process, tid); };
  return shares_text(titled(object.holders, title), object.waits.total());
}

}  // namespace thrace
