// Finding what is worth saying.
#include "decoder/report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "decoder/report/deadlock.h"
#include "decoder/report/end_findings.h"
#include "decoder/report/object_table.h"
#include "decoder/report/table.h"
#include "decoder/report/titles.h"

namespace thrace {
namespace {

constexpr uint64_t kBusy = 900;         // thousandths of its time that a full pool is busy
constexpr uint64_t kWaitedFor = 200;    // thousandths of all waiting that is for a pool
constexpr uint64_t kConvoyShare = 500;  // thousandths of the hand-overs that are in convoys
constexpr uint64_t kNamed = 10;         // percent of a delay that one thread has caused
constexpr uint64_t kLittle = 50;        // thousandths of all waiting
constexpr uint64_t kHardly = 2;         // thousandths of all time
constexpr uint64_t kCostly = 100;  // thousandths of the run that waits for a lock take together
constexpr size_t kShownDeadlocks = 3;

// Threads that do the same, and who waited for them.
struct Pool {
  uint64_t threads = 0;
  uint64_t total = 0;
  uint64_t idle = 0;        // waiting for something to do, or for others to end
  uint64_t asleep = 0;      // that it asked for
  uint64_t at_work = 0;     // running, or in system calls that wait for nobody
  uint64_t waited_for = 0;  // ns that others waited until one of them woke them
};

bool is_idle_wait(WaitReason reason) {
  return reason == WaitReason::Cond || reason == WaitReason::Semaphore ||
         reason == WaitReason::Futex || reason == WaitReason::Join || reason == WaitReason::Barrier;
}

// The pool that is busy while others wait longest for it.
std::string full_pool(const Analysis& analysis, const Totals& totals, const CallFindings& calls) {
  std::map<std::string, Pool> pools;
  const auto name_of = [&](uint64_t row) { return group_name(analysis.threads[row].name); };
  for (uint32_t i = 0; i < analysis.threads.size(); i++) {
    const ThreadRow& row = analysis.threads[i];
    if (row.failed || !row.picked) continue;
    Pool& pool = pools[group_name(row.name)];
    const uint64_t waited = std::min(calls.waited(i), row.syscall);
    pool.threads++;
    pool.total += row.total();
    pool.idle += waited;
    pool.asleep += calls.slept(i);
    pool.at_work += row.running + row.syscall - waited;
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
      "{} {}busy {} % of the time, while others waited {} for {} ({} % of all waiting).",
      pool.threads == 1 ? fmt::format("The thread {} was", name)
                        : fmt::format("The {} threads {} were", pool.threads, name),
      percent(pool.asleep, pool.total) == 0 ? "" : "asleep or ", (busy + 5) / 10,
      duration_text(pool.waited_for), pool.threads == 1 ? "it" : "them",
      percent(pool.waited_for, totals.waiting));
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
  if (percent(part, whole) > 50)
    return fmt::format("mostly by {} ({} %)", name, percent(part, whole));
  return fmt::format("by {} threads, longest by {} ({} %)", names, name, percent(part, whole));
}

// How the time went.
std::string time_text(const Analysis& analysis, const Totals& t) {
  if (analysis.looked_at() == 0) return "Nothing of the run lies in this time.";
  if (t.threads == 0)
    return analysis.threads.empty() ? "No thread was seen." : "No thread passes the filter.";
  const uint64_t runnable = percent(t.runnable, t.total);
  return fmt::format("Over {}, {} lived {}{}: {} % running, {}{} % in system calls, {} % waiting.",
                     duration_text(analysis.looked_at()), count_text(t.threads, "thread"),
                     duration_text(t.total), t.threads == 1 ? "" : " together",
                     percent(t.running, t.total),
                     runnable == 0 ? "" : fmt::format("{} % runnable, ", runnable),
                     percent(t.syscall, t.total), percent(t.waiting, t.total));
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
  NamedSums threads, sites;
  for (const auto& [key, time] : sums) {
    threads[key.first] += time;
    sites[key.second] += time;
  }
  const auto longest = biggest(threads), most = biggest(sites);
  // Readers hold a lock together: whose release came after another one says nothing of its holder.
  const bool alone = analysis.objects[object].kind != "rwlock";
  const uint64_t share = percent(longest->second, all);
  std::string text = " It was held by ";
  if (threads.size() == 1 || (alone && share == 100))
    text += longest->first;
  else
    text += fmt::format("{} threads", threads.size());
  if (threads.size() > 1 && alone && share < 100 && share >= kNamed)
    text += fmt::format("; {} caused {} % of the delay", longest->first, share);
  if (const std::string& site = most->first; !site.empty())
    text += fmt::format("; {} % of the delay ended with the release at {}",
                        percent(most->second, all), site);
  return text + ".";
}

// What an object cost, who held it or ended the waits for it, and where.
std::string Findings::object_text(const Analysis& analysis, Names& names, const Totals& totals,
                                  const std::vector<std::vector<WaitSite>>& sites,
                                  const ObjectRow& object) const {
  const auto index = static_cast<uint32_t>(&object - analysis.objects.data());
  const WaitSite site = sites[index].empty() ? WaitSite() : sites[index].front();
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
  const bool in_vain = object.timeouts * 2 > object.waits.count();
  if (object.timeouts != 0 && (in_vain || is_lock(object.kind)))
    text += fmt::format("; {} of them timed out", object.timeouts == object.waits.count()
                                                      ? std::string("all")
                                                      : fmt::format("{}", object.timeouts));
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
  if (!in_vain && !object.wakers.empty() && object.kind != "barrier" && object.kind != "thread") {
    const auto wakers = waker_shares(analysis, object);
    text += "; woken " +
            by_most(wakers.front().title, wakers.front().time, object.waits.total(), wakers.size());
    if (site.release != 0) text += fmt::format(" at {}", shorten(names.site(site.release)));
  }
  text += ".";
  if (object.kind == "thread" && object.unfinished != 0 && object.owner != kNobody)
    if (const std::string why =
            excuse(analysis, calls_, object.owner, analysis.threads[object.owner].ended);
        !why.empty())
      text += fmt::format(" {} {}.", own_title(analysis.threads[object.owner]), why);
  return text + last_arrivals(analysis, object);
}

// The object that cost most; and the lock that did, if that is another one and worth a word: a wait
// for an event may be nothing to do, one for a lock never is.
std::vector<std::string> Findings::worst_objects(const Analysis& analysis, Names& names,
                                                 const Totals& totals) const {
  // That a thread waits for the end of others tells little: joins count if there is little else.
  const auto weight = [&](const ObjectRow& row) {
    const bool tells = row.kind != "thread" && thousandths(row.waited(), totals.waiting) >= kLittle;
    return std::tuple(tells, row.cost(), row.open);
  };
  const ObjectRow *worst = nullptr, *lock = nullptr;
  for (const ObjectRow& row : analysis.objects) {
    if (!worst || weight(row) > weight(*worst)) worst = &row;
    if (is_lock(row.kind) && (!lock || row.cost() > lock->cost())) lock = &row;
  }
  if (!worst || worst->waited() == 0)
    return {totals.waiting == 0 ? "Nobody waited in this time." : "No wait passes the filter."};
  if (thousandths(totals.waiting, totals.total) < kHardly)
    return {fmt::format("Hardly anybody waited: {} in all.", duration_text(totals.waiting))};
  const auto sites = sites_by_object(analysis);
  std::vector<std::string> texts = {object_text(analysis, names, totals, sites, *worst)};
  if (lock && lock != worst && thousandths(lock->cost(), analysis.looked_at()) >= kCostly)
    texts.push_back(object_text(analysis, names, totals, sites, *lock));
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
  all.push_back(time_text(analysis, t));
  if (t.total == 0) return all;
  for (std::string& text : worst_objects(analysis, names, t)) all.push_back(std::move(text));
  if (std::string place = worst_place(analysis, names, t); !place.empty())
    all.push_back(std::move(place));
  for (std::string& text : end_sentences(analysis, names, calls_, cycles.empty()))
    all.push_back(std::move(text));
  if (std::string pool = full_pool(analysis, t, calls_); !pool.empty())
    all.push_back(std::move(pool));
  if (std::string call = calls_.worst(analysis, names); !call.empty())
    all.push_back(std::move(call));
  return all;
}

}  // namespace thrace
