// Adding up wakes by site.
#include "decoder/report/wake_report.h"

#include <fmt/core.h>

#include <map>
#include <set>
#include <tuple>

#include "decoder/report/histogram_table.h"
#include "decoder/report/titles.h"

namespace thrace {
namespace {

bool is_signal(WakeKind how) { return how == WakeKind::Signal || how == WakeKind::Broadcast; }

// True for wakes that could have ended fewer waits.
bool makes_herds(WakeKind how) {
  return is_signal(how) || how == WakeKind::Futex || how == WakeKind::Unlock ||
         how == WakeKind::Post;
}

// What was signalled when nobody waited.  An address is another object in another process.
struct Target {
  uint32_t process = 0;
  ModuleIndex module = kNoModule;
  uint64_t address = 0;

  auto operator<=>(const Target&) const = default;
};

Target target_of(const Analysis& analysis, const Costs<5>::Key& key) {
  return {analysis.threads[key[0]].process, key[2], key[3] | uint64_t{key[4]} << 32};
}

// ", mostly at drain (queue.cc:17)" for the site with the most; `measure(cost)` counts.
template <typename Sums, typename Measure>
std::string mostly_at(const Sums& sums, size_t stack, Names& names, Measure measure) {
  std::map<std::string, uint64_t> sites;
  for (const auto& [key, cost] : sums.rows()) sites[names.site(key[stack])] += measure(cost);
  const auto most = std::max_element(
      sites.begin(), sites.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == sites.end() || most->first.empty()) return {};
  return fmt::format(", {}at {}", sites.size() > 1 ? "mostly " : "", most->first);
}

}  // namespace

void WakeReport::woken(const EndedWait& wait) {
  if (wait.outcome != Outcome::Woken) return;
  pairs_[{wait.waker, wait.release, wait.thread}].add(wait.time, wait.futile);
  futile_[{wait.release}].add(wait.time, wait.futile);
  woken_++;
  if (wait.latency != kNoLatency) latency_.add(wait.latency);
}

void WakeReport::wake(const EndedWake& wake) {
  if (wake.woken >= kHerd && makes_herds(wake.how)) {
    herds_[{wake.thread, wake.stack}].add(wake.woken);
    herds_in_vain_[{wake.thread, wake.stack}].add(wake.futile);
  }
  if (!is_signal(wake.how) || wake.waiters != 0 || wake.woken != 0) return;
  nobody_[{wake.thread, wake.stack, wake.module, static_cast<uint32_t>(wake.address),
           static_cast<uint32_t>(wake.address >> 32)}]
      .add(0);
}

// Waits that timed out, for what was signalled when nobody waited.
uint64_t WakeReport::timeouts(const Analysis& analysis) const {
  std::set<Target> targets;
  for (const auto& [key, cost] : nobody_.rows()) targets.insert(target_of(analysis, key));
  uint64_t sum = 0;
  for (const ObjectRow& object : analysis.objects)
    if (object.kind == "cond" && targets.contains({object.process, object.module, object.object}))
      sum += object.timeouts;
  return sum;
}

std::vector<std::string> WakeReport::sentences(const Analysis& analysis, Names& names) const {
  names.prefetch();
  std::vector<std::string> all;
  uint64_t futile = 0, nobody = 0, herds = 0, herd_woken = 0, in_vain = 0, biggest = 0;
  for (const auto& [key, cost] : futile_.rows()) futile += cost.marked;
  futile += futile_.beyond().marked;
  for (const auto& [key, cost] : nobody_.rows()) nobody += cost.count;
  for (const auto& [key, cost] : herds_.rows()) {
    herds += cost.count;
    herd_woken += cost.total;
    biggest = std::max(biggest, cost.max);
  }
  for (const auto& [key, cost] : herds_in_vain_.rows()) in_vain += cost.total;
  if (futile != 0)
    all.push_back(
        fmt::format("{} of {} wakes were futile{}: the woken thread waited for the same again at "
                    "once.",
                    futile, woken_,
                    mostly_at(futile_, 0, names, [](const Cost& cost) { return cost.marked; })));
  const uint64_t late = timeouts(analysis);
  if (nobody != 0)
    all.push_back(
        fmt::format("{} for nobody{}: no thread waited for the condition variable; {} for it timed "
                    "out.",
                    nobody == 1 ? "1 signal was" : fmt::format("{} signals were", nobody),
                    mostly_at(nobody_, 1, names, [](const Cost& cost) { return cost.count; }),
                    late == 0 ? "no wait" : count_text(late, "wait")));
  if (herds != 0)
    all.push_back(fmt::format(
        "{} {} a herd of {} threads or more, {} at most{}: {} of the {} woken waited again at "
        "once.",
        herds, herds == 1 ? "wake ended the waiting of" : "wakes ended the waiting of", kHerd,
        biggest, mostly_at(herds_, 1, names, [](const Cost& cost) { return cost.total; }), in_vain,
        herd_woken));
  if (latency_.count() != 0)
    all.push_back(
        fmt::format("From a wake until the woken thread ran: {} (p50), {} (p99), {} at "
                    "most.",
                    duration_text(latency_.quantile(0.5)), duration_text(latency_.quantile(0.99)),
                    duration_text(latency_.max())));
  if (all.empty()) all.emplace_back("No wake ended a wait in this time.");
  return all;
}

std::vector<Section> WakeReport::sections(const Analysis& analysis, Names& names) const {
  names.prefetch();
  return {{"pairs", "", pairs(analysis, names)},
          {"nobody", "signals for nobody", nobody(analysis, names)},
          {"herds", "herds", herds(analysis, names)},
          {"latency", "from a wake until the woken thread ran", histogram_table(latency_)}};
}

// Threads of one group have one title, so titles are the keys.
Table WakeReport::pairs(const Analysis& analysis, Names& names) const {
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, Cost> sums;
  for (const auto& [key, cost] : pairs_.rows())
    sums[{thread_title(analysis.threads[key[0]]), names.site(key[1]),
          thread_title(analysis.threads[key[2]])}]
        .add(cost);
  if (pairs_.beyond().count != 0) sums[{kOther, {}, kOther}].add(pairs_.beyond());
  using Row = std::pair<Key, Cost>;
  const std::vector<Field<Row>> fields = {
      {{"waker", "waker"}, [](const Row& row) { return std::get<0>(row.first); }},
      {{"site", "woke at", Unit::Text, true},
       [](const Row& row) { return std::get<1>(row.first); }},
      {{"thread", "woken thread"}, [](const Row& row) { return std::get<2>(row.first); }},
      {{"wakes", "wakes", Unit::Count}, [](const Row& row) { return row.second.count; }},
      {{"futile", "futile", Unit::Count, true}, [](const Row& row) { return row.second.marked; }},
      {{"total", "total wait", Unit::Nanos}, [](const Row& row) { return row.second.total; }},
      {{"mean", "mean", Unit::Nanos},
       [](const Row& row) { return row.second.total / row.second.count; }},
      {{"max", "max", Unit::Nanos}, [](const Row& row) { return row.second.max; }}};
  Table table = make_table(fields, std::vector<Row>(sums.begin(), sums.end()));
  table.sort("total");
  return table;
}

Table WakeReport::nobody(const Analysis& analysis, Names& names) const {
  using Key = std::tuple<std::string, std::string, Target>;
  struct Sum {
    uint32_t thread = 0;  // one of them
    uint64_t count = 0;
  };
  std::map<Key, Sum> sums;
  for (const auto& [key, cost] : nobody_.rows()) {
    Sum& sum = sums[{thread_title(analysis.threads[key[0]]), names.site(key[1]),
                     target_of(analysis, key)}];
    sum.thread = key[0];
    sum.count += cost.count;
  }
  using Row = std::pair<Key, Sum>;
  const auto target = [](const Row& row) { return std::get<2>(row.first); };
  std::vector<Field<Row>> fields = {
      {{"count", "signals", Unit::Count}, [](const Row& row) { return row.second.count; }},
      {{"thread", "thread"}, [](const Row& row) { return std::get<0>(row.first); }},
      {{"object", "", Unit::Address, false, true},
       [&](const Row& row) { return target(row).address; }},
      {{"name", "object"},
       [&](const Row& row) {
         const std::string name = names.variable(target(row).module, target(row).address);
         return name.empty() ? fmt::format("{:#x}", target(row).address) : name;
       }},
      {{"site", "signalled at", Unit::Text, true},
       [](const Row& row) { return std::get<1>(row.first); }}};
  if (analysis.programs.size() > 1)
    fields.insert(fields.begin(), {{"pid", "pid"}, [&](const Row& row) {
                                     return analysis.threads[row.second.thread].pid;
                                   }});
  Table table = make_table(fields, std::vector<Row>(sums.begin(), sums.end()));
  table.sort("count");
  return table;
}

Table WakeReport::herds(const Analysis& analysis, Names& names) const {
  struct Herd {
    Cost woken;
    uint64_t futile = 0;
  };
  using Key = std::pair<std::string, std::string>;
  std::map<Key, Herd> sums;
  const auto place = [&](const Costs<2>::Key& key) -> Herd& {
    return sums[{thread_title(analysis.threads[key[0]]), names.site(key[1])}];
  };
  for (const auto& [key, cost] : herds_.rows()) place(key).woken.add(cost);
  for (const auto& [key, cost] : herds_in_vain_.rows()) place(key).futile += cost.total;
  using Row = std::pair<Key, Herd>;
  const std::vector<Field<Row>> fields = {
      {{"wakes", "wakes", Unit::Count}, [](const Row& row) { return row.second.woken.count; }},
      {{"woken", "woken", Unit::Count}, [](const Row& row) { return row.second.woken.total; }},
      {{"futile", "for nothing", Unit::Count}, [](const Row& row) { return row.second.futile; }},
      {{"max", "at most", Unit::Count}, [](const Row& row) { return row.second.woken.max; }},
      {{"waker", "waker"}, [](const Row& row) { return row.first.first; }},
      {{"site", "woke at", Unit::Text, true}, [](const Row& row) { return row.first.second; }}};
  Table table = make_table(fields, std::vector<Row>(sums.begin(), sums.end()));
  table.sort("woken");
  return table;
}

}  // namespace thrace
