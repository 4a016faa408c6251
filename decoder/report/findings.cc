// Finding what is worth saying.
#include "decoder/report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "decoder/report/deadlock.h"
#include "decoder/report/object_table.h"
#include "decoder/report/table.h"
#include "decoder/report/titles.h"

namespace thrace {
namespace {

constexpr uint64_t kBusy = 900;         // thousandths of its time that a full pool is busy
constexpr uint64_t kWaitedFor = 200;    // thousandths of all waiting that is for a pool
constexpr uint64_t kConvoyShare = 500;  // thousandths of the hand-overs that are in convoys
constexpr uint64_t kStuck = 100;        // thousandths of the run that a wait is open at its end
constexpr uint64_t kCostly = 100;  // thousandths of the run that waits for a lock take together
constexpr size_t kShownDeadlocks = 3;

uint64_t percent(uint64_t part, uint64_t whole) { return (thousandths(part, whole) + 5) / 10; }

std::map<std::string, uint64_t>::const_iterator biggest(
    const std::map<std::string, uint64_t>& sums) {
  return std::max_element(sums.begin(), sums.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
}

// Threads that do the same, and who waited for them.
struct Pool {
  uint64_t threads = 0;
  uint64_t total = 0;
  uint64_t idle = 0;        // waiting for something to do, or for others to end
  uint64_t at_work = 0;     // running, or in system calls
  uint64_t waited_for = 0;  // ns that others waited until one of them woke them
};

bool is_idle_wait(WaitReason reason) {
  return reason == WaitReason::Cond || reason == WaitReason::Semaphore ||
         reason == WaitReason::Futex || reason == WaitReason::Join || reason == WaitReason::Barrier;
}

// The pool that is busy while others wait longest for it.
std::string full_pool(const Analysis& analysis, const Totals& totals) {
  std::map<std::string, Pool> pools;
  const auto name_of = [&](uint64_t row) { return group_name(analysis.threads[row].name); };
  for (const ThreadRow& row : analysis.threads) {
    if (row.failed) continue;
    Pool& pool = pools[group_name(row.name)];
    pool.threads++;
    pool.total += row.total();
    pool.at_work += row.running + row.syscall;
    for (uint64_t reason = 0; reason < kReasons; reason++)
      if (is_idle_wait(static_cast<WaitReason>(reason))) pool.idle += row.reasons[reason];
  }
  for (const ObjectRow& object : analysis.objects)
    for (const Share& share : object.wakers)
      if (object.kind != "thread" && !is_lock(object.kind))
        pools[name_of(share.who)].waited_for += share.time;
  const auto most = std::max_element(pools.begin(), pools.end(), [](const auto& a, const auto& b) {
    return a.second.waited_for < b.second.waited_for;
  });
  if (most == pools.end() || pools.size() < 2) return {};
  const auto& [name, pool] = *most;
  const uint64_t busy = thousandths(pool.total - std::min(pool.total, pool.idle), pool.total);
  // One that mostly waits for locks is not too small: more threads would queue.
  if (busy < kBusy || pool.at_work * 2 < pool.total ||
      thousandths(pool.waited_for, totals.waiting) < kWaitedFor)
    return {};
  return fmt::format(
      "{} busy {} % of the time, while others waited {} for {} ({} % of all "
      "waiting).",
      pool.threads == 1 ? fmt::format("The thread {} was", name)
                        : fmt::format("The {} threads {} were", pool.threads, name),
      (busy + 5) / 10, duration_text(pool.waited_for), pool.threads == 1 ? "it" : "them",
      percent(pool.waited_for, totals.waiting));
}

// The lock that threads have waited for longest when the trace ends, if that is worth a word.
std::string stuck_lock(const Analysis& analysis, Names& names) {
  const OpenWait* longest = nullptr;
  for (const OpenWait& wait : analysis.open)
    if (is_lock(analysis.objects[wait.object].kind) && (!longest || wait.time() > longest->time()))
      longest = &wait;
  if (!longest) return {};
  const uint64_t time = longest->time();
  if (thousandths(time, analysis.duration()) < kStuck) return {};
  const auto threads =
      std::count_if(analysis.open.begin(), analysis.open.end(),
                    [&](const OpenWait& wait) { return wait.object == longest->object; });
  const ObjectRow& object = analysis.objects[longest->object];
  std::string text = fmt::format("At the end {} {} for {} {}, one since {}", threads,
                                 threads == 1 ? "thread waits" : "threads wait", object.kind,
                                 object_title(analysis, object, names), duration_text(time));
  if (const std::string& site = names.site(longest->stack); !site.empty())
    text += fmt::format(", at {}", site);
  if (longest->holder != kNobody)
    text += fmt::format("; it is held by {}", thread_title(analysis.threads[longest->holder]));
  return text + ".";
}

// The stack of the longest wait for an object that was open at the end; 0: none has one.
StackId longest_open(const Analysis& analysis, uint32_t object) {
  uint64_t longest = 0;
  StackId stack = 0;
  for (const OpenWait& wait : analysis.open)
    if (wait.object == object && wait.stack != 0 && wait.time() >= longest) {
      longest = wait.time();
      stack = wait.stack;
    }
  return stack;
}

// Waits for what may never come, or for something to do, that were open at the end.
std::string open_events(const Analysis& analysis, Names& names) {
  std::set<std::string> kinds;
  std::map<std::string, uint64_t> sites;
  uint64_t waits = 0, longest = 0;
  for (const OpenWait& wait : analysis.open) {
    const std::string& kind = analysis.objects[wait.object].kind;
    if (is_lock(kind) || kind == "thread") continue;
    waits++;
    kinds.insert(kind);
    sites[names.site(wait.stack)]++;
    longest = std::max(longest, wait.time());
  }
  if (waits == 0 || thousandths(longest, analysis.duration()) < kStuck) return {};
  const auto most = biggest(sites);
  std::string text = fmt::format(
      "At the end {} for {}, {}{}",
      waits == 1 ? "1 thread waits" : fmt::format("{} threads wait", waits), fmt::join(kinds, ", "),
      waits == 1 ? "since " : "one since ", duration_text(longest));
  if (most->first.empty()) return text + ".";
  return text + (most->second == waits
                     ? fmt::format(", at {}.", shorten(most->first))
                     : fmt::format(", {} of them at {}.", most->second, shorten(most->first)));
}

std::string last_arrivals(const Analysis& analysis, const ObjectRow& object) {
  const auto lasts = last_shares(analysis, object);
  if (lasts.empty()) return {};
  uint64_t rounds = 0;
  for (const TitledShare& last : lasts) rounds += last.count;
  return fmt::format(" The last to arrive was {} in {} of {}.", lasts.front().title,
                     lasts.front().count, count_text(rounds, "round"));
}

// The place where threads wait longest in all, if that is for several objects, of which none alone
// says so: the locks of a hash table, the condition variables of requests.
std::string worst_place(const Analysis& analysis, Names& names, const Totals& totals) {
  struct Place {
    std::set<uint32_t> objects;
    uint64_t time = 0;
    uint64_t longest = 0;  // for one object
  };
  std::map<std::pair<std::string, std::string>, Place> places;  // by kind and site
  std::map<std::tuple<std::string, std::string, uint32_t>, uint64_t> parts;
  for (const auto& [key, cost] : analysis.sites.rows()) {
    const std::string& kind = analysis.objects[key[0]].kind;
    const std::string& site = names.site(key[1]);
    if (site.empty() || kind == "thread") continue;
    Place& place = places[{kind, site}];
    place.objects.insert(key[0]);
    place.time += cost.total;
    place.longest = std::max(place.longest, parts[{kind, site, key[0]}] += cost.total);
  }
  const auto worst =
      std::max_element(places.begin(), places.end(),
                       [](const auto& a, const auto& b) { return a.second.time < b.second.time; });
  if (worst == places.end()) return {};
  const auto& [name, place] = *worst;
  if (place.longest * 2 > place.time || thousandths(place.time, totals.waiting) < kWaitedFor)
    return {};
  return fmt::format("{} % of the waiting was at {}, for {} objects of the kind {} together.",
                     percent(place.time, totals.waiting), shorten(name.second),
                     place.objects.size(), name.first);
}

// "by a/1", "mostly by a/1", or "by 6 threads, most often by a/1 (24 %)".
std::string by_most(const std::string& name, uint64_t part, uint64_t whole, size_t names) {
  if (names == 1 || percent(part, whole) == 100) return fmt::format("by {}", name);
  if (part * 2 > whole) return fmt::format("mostly by {} ({} %)", name, percent(part, whole));
  return fmt::format("by {} threads, longest by {} ({} %)", names, name, percent(part, whole));
}

}  // namespace

Totals totals_of(const Analysis& analysis) {
  Totals t;
  for (const ThreadRow& row : analysis.threads) {
    if (row.failed || !row.picked) continue;
    t.threads += row.total() != 0 || analysis.looked_at() == analysis.duration();
    t.total += row.total();
    t.running += row.running;
    t.runnable += row.runnable;
    t.syscall += row.syscall;
    t.waiting += row.waiting;
    t.waits += row.waits;
  }
  return t;
}

void Findings::released(const EndedWake& wake) {
  if (const uint64_t time = wake.caused_to_picked(); time != 0)
    caused_[{wake.object, wake.thread, wake.stack}].add(time);
}

// Who made others wait for the object, and at which line it let go.
std::string Findings::worst_cause(const Analysis& analysis, Names& names, uint32_t object) const {
  std::map<std::pair<std::string, std::string>, uint64_t> sums;
  uint64_t all = 0;
  for (const auto& [key, cost] : caused_.rows()) {
    if (key[0] != object) continue;
    sums[{thread_title(analysis.threads[key[1]]), names.site(key[2])}] += cost.total;
    all += cost.total;
  }
  if (sums.empty()) return {};
  std::map<std::string, uint64_t> threads, sites;
  for (const auto& [key, time] : sums) {
    threads[key.first] += time;
    sites[key.second] += time;
  }
  const auto longest = biggest(threads), most = biggest(sites);
  std::string text =
      " It was held " + by_most(longest->first, longest->second, all, threads.size());
  if (const std::string& site = most->first; !site.empty())
    text += fmt::format("; {} % of the delay ended with the release at {}",
                        percent(most->second, all), site);
  return text + ".";
}

// What an object cost, who held it or ended the waits for it, and where.
std::string Findings::object_text(const Analysis& analysis, Names& names, const Totals& totals,
                                  const ObjectRow& object) const {
  const auto index = static_cast<uint32_t>(&object - analysis.objects.data());
  const auto sites = sites_by_object(analysis)[index];
  const WaitSite site = sites.empty() ? WaitSite() : sites.front();
  std::string text =
      fmt::format("{} % of the waiting was for {} {}: ", percent(object.waited(), totals.waiting),
                  object.kind, shorten(object_title(analysis, object, names)));
  if (object.waits.count() != 0)
    text += fmt::format("{}, {} at most", count_text(object.waits.count(), "wait"),
                        duration_text(object.waits.max()));
  if (object.unfinished != 0)
    text += fmt::format("{}{} did not end ({})", object.waits.count() != 0 ? ", " : "",
                        count_text(object.unfinished, "wait"), duration_text(object.open));
  if (const StackId at = site.stack != 0 ? site.stack : longest_open(analysis, index))
    text += fmt::format(", mostly at {}", shorten(names.site(at)));
  if (is_lock(object.kind)) {
    text += "." + worst_cause(analysis, names, index);
    const Handovers& hand = object.handovers;
    if (hand.convoys != 0 && thousandths(hand.in_convoys, hand.count) >= kConvoyShare)
      text += fmt::format(
          " {} % of its {} hand-overs were in convoys: somebody always waited, {} "
          "threads at most.",
          percent(hand.in_convoys, hand.count), hand.count, hand.longest_queue);
    return text;
  }
  if (object.timeouts == object.waits.count() && object.timeouts != 0) {
    text += "; all of them timed out";
  } else if (!object.wakers.empty() && object.kind != "barrier") {
    const auto wakers = waker_shares(analysis, object);
    text += "; woken " +
            by_most(wakers.front().title, wakers.front().time, object.waits.total(), wakers.size());
    if (site.release != 0) text += fmt::format(" at {}", shorten(names.site(site.release)));
  }
  return text + "." + last_arrivals(analysis, object);
}

// The object that cost most; and the lock that did, if that is another one and worth a word: a wait
// for an event may be nothing to do, one for a lock never is.
std::vector<std::string> Findings::worst_objects(const Analysis& analysis, Names& names,
                                                 const Totals& totals) const {
  // That a thread waits for the end of others tells little: joins count if there is nothing else.
  const auto weight = [](const ObjectRow& row) {
    return std::tuple(row.kind != "thread" && row.waited() != 0, row.cost(), row.open);
  };
  const ObjectRow *worst = nullptr, *lock = nullptr;
  for (const ObjectRow& row : analysis.objects) {
    if (!worst || weight(row) > weight(*worst)) worst = &row;
    if (is_lock(row.kind) && (!lock || row.cost() > lock->cost())) lock = &row;
  }
  if (!worst || worst->waited() == 0) return {"Nobody waited in this time."};
  std::vector<std::string> texts = {object_text(analysis, names, totals, *worst)};
  if (lock && lock != worst && thousandths(lock->cost(), analysis.looked_at()) >= kCostly)
    texts.push_back(object_text(analysis, names, totals, *lock));
  return texts;
}

std::vector<std::string> Findings::sentences(const Analysis& analysis, Names& names) const {
  const Totals t = totals_of(analysis);
  std::vector<std::string> all;
  const auto cycles = deadlocks(analysis);
  for (size_t i = 0; i < cycles.size() && i < kShownDeadlocks; i++)
    all.push_back(deadlock_text(analysis, cycles[i], names));
  if (cycles.size() > kShownDeadlocks)
    all.push_back(fmt::format("{} more deadlocks.", cycles.size() - kShownDeadlocks));
  all.push_back(fmt::format(
      "Over {}, {} {} lived {}{}: {} % running, {} % in system calls, {} % waiting.",
      duration_text(analysis.looked_at()), t.threads, t.threads == 1 ? "thread" : "threads",
      duration_text(t.total), t.threads == 1 ? "" : " together", percent(t.running, t.total),
      percent(t.syscall, t.total), percent(t.waiting, t.total)));
  for (std::string& text : worst_objects(analysis, names, t)) all.push_back(std::move(text));
  if (std::string place = worst_place(analysis, names, t); !place.empty())
    all.push_back(std::move(place));
  if (cycles.empty())
    if (std::string stuck = stuck_lock(analysis, names); !stuck.empty())
      all.push_back(std::move(stuck));
  if (std::string events = open_events(analysis, names); !events.empty())
    all.push_back(std::move(events));
  if (std::string call = WorstCall::open_sentence(analysis); !call.empty())
    all.push_back(std::move(call));
  if (std::string pool = full_pool(analysis, t); !pool.empty()) all.push_back(std::move(pool));
  if (std::string call = calls_.sentence(analysis, names); !call.empty())
    all.push_back(std::move(call));
  return all;
}

}  // namespace thrace
