// Columns of objects and of hand-overs.
#include "decoder/report/object_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "decoder/report/titles.h"

namespace thrace {
namespace {

struct ObjectSum {
  const ObjectRow* object;
  WaitSite worst;      // where it was waited for longest
  std::string handed;  // who handed it to whom most often
};
using Fields = std::vector<Field<ObjectSum>>;

// Who and what it is.
Fields identity(const Analysis& analysis, Names& names) {
  Fields fields;
  if (analysis.programs.size() > 1)
    fields.push_back({{"pid", "pid"}, [](const ObjectSum& sum) { return sum.object->pid; }});
  fields.push_back({{"kind", "kind"}, [](const ObjectSum& sum) { return sum.object->kind; }});
  fields.push_back({{"object", "", Unit::Address, false, true},
                    [](const ObjectSum& sum) { return sum.object->object; }});
  fields.push_back({{"name", "object"}, [&](const ObjectSum& sum) {
                      return object_title(analysis, *sum.object, names);
                    }});
  return fields;
}

template <typename Number>
void add(Fields& fields, const char* name, const char* title, Unit unit, bool optional,
         Number number) {
  fields.push_back({{name, title, unit, optional},
                    [number](const ObjectSum& sum) { return Cell(number(*sum.object)); }});
}

}  // namespace

std::vector<std::vector<WaitSite>> sites_by_object(const Analysis& analysis) {
  std::vector<std::vector<WaitSite>> all(analysis.objects.size());
  std::vector<bool> delayed(analysis.objects.size());
  for (const auto& [key, cost] : analysis.delays.rows()) {
    all[key[0]].push_back({key[1], key[2], cost});
    delayed[key[0]] = true;
  }
  for (const auto& [key, cost] : analysis.sites.rows())
    if (!delayed[key[0]]) all[key[0]].push_back({key[1], key[2], cost});
  for (std::vector<WaitSite>& sites : all)
    std::stable_sort(sites.begin(), sites.end(), [](const WaitSite& a, const WaitSite& b) {
      return a.cost.total > b.cost.total;
    });
  return all;
}

Table object_table(const Analysis& analysis, Names& names) {
  const auto sites = sites_by_object(analysis);
  std::vector<ObjectSum> sums;
  for (size_t i = 0; i < analysis.objects.size(); i++)
    if (analysis.objects[i].any())
      sums.push_back({&analysis.objects[i], sites[i].empty() ? WaitSite() : sites[i].front(), {}});
  std::stable_sort(sums.begin(), sums.end(), [](const ObjectSum& a, const ObjectSum& b) {
    return std::pair(a.object->cost(), a.object->open) >
           std::pair(b.object->cost(), b.object->open);
  });
  using Object = const ObjectRow&;
  Fields fields = identity(analysis, names);
  add(fields, "waits", "waits", Unit::Count, false, [](Object o) { return o.waits.count(); });
  add(fields, "total", "total wait", Unit::Nanos, false, [](Object o) { return o.waits.total(); });
  add(fields, "mean", "mean", Unit::Nanos, false, [](Object o) { return o.waits.mean(); });
  add(fields, "p50", "p50", Unit::Nanos, false, [](Object o) { return o.waits.quantile(0.5); });
  add(fields, "p99", "p99", Unit::Nanos, false, [](Object o) { return o.waits.quantile(0.99); });
  add(fields, "max", "max", Unit::Nanos, false, [](Object o) { return o.waits.max(); });
  add(fields, "caused", "caused", Unit::Nanos, true, [](Object o) { return o.handovers.caused; });
  add(fields, "timeouts", "timeouts", Unit::Count, true, [](Object o) { return o.timeouts; });
  add(fields, "changed", "no wait", Unit::Count, true, [](Object o) { return o.changed; });
  add(fields, "unfinished", "unfinished", Unit::Count, true, [](Object o) { return o.unfinished; });
  add(fields, "open", "open for", Unit::Nanos, true, [](Object o) { return o.open; });
  add(fields, "wakers", "woken by", Unit::Text, true,
      [&](Object o) { return wakers_text(analysis, o); });
  add(fields, "holders", "held by", Unit::Text, true,
      [&](Object o) { return holders_text(analysis, o); });
  fields.push_back({{"site", "waited mostly at", Unit::Text, true},
                    [&](const ObjectSum& sum) { return names.site(sum.worst.stack); }});
  fields.push_back({{"release", "released at", Unit::Text, true},
                    [&](const ObjectSum& sum) { return names.site(sum.worst.release); }});
  return make_table(fields, sums);
}

void HandoverPairs::woken(const EndedWait& wait) {
  if (wait.within && wait.outcome == Outcome::Woken)
    pairs_[{wait.object, wait.waker, wait.thread}].add(wait.time);
}

Table HandoverPairs::table(const Analysis& analysis, Names& names) const {
  // Threads of one group count as one, so the titles are what is counted.
  std::map<uint32_t, std::map<std::string, uint64_t>> handed;
  for (const auto& [key, cost] : pairs_.rows())
    handed[key[0]][fmt::format("{} -> {}", thread_title(analysis.threads[key[1]]),
                               thread_title(analysis.threads[key[2]]))] += cost.count;
  std::vector<ObjectSum> sums;
  for (uint32_t i = 0; i < analysis.objects.size(); i++) {
    const ObjectRow& object = analysis.objects[i];
    if (!is_lock(object.kind) || object.handovers.count == 0) continue;
    const auto& pairs = handed[i];
    const auto most =
        std::max_element(pairs.begin(), pairs.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    uint64_t all = 0;
    for (const auto& [pair, count] : pairs) all += count;
    sums.push_back({&object,
                    {},
                    most == pairs.end()
                        ? std::string()
                        : fmt::format("{} ({} of {})", most->first, most->second, all)});
  }
  using Object = const ObjectRow&;
  Fields fields = identity(analysis, names);
  add(fields, "handovers", "hand-overs", Unit::Count, false,
      [](Object o) { return o.handovers.count; });
  add(fields, "out_of_order", "out of order", Unit::Count, false,
      [](Object o) { return o.handovers.out_of_order; });
  add(fields, "stolen", "stolen", Unit::Count, true, [](Object o) { return o.handovers.stolen; });
  add(fields, "gap_mean", "gap mean", Unit::Nanos, false,
      [](Object o) { return o.handovers.gaps.mean(); });
  add(fields, "gap_p99", "gap p99", Unit::Nanos, false,
      [](Object o) { return o.handovers.gaps.quantile(0.99); });
  add(fields, "gaps", "gaps in all", Unit::Nanos, false,
      [](Object o) { return o.handovers.gaps.total(); });
  add(fields, "contended", "contended", Unit::Nanos, false,
      [](Object o) { return o.handovers.contended; });
  add(fields, "queue_mean", "queue", Unit::Factor, false,
      [](Object o) { return thousandths(o.handovers.waited, o.handovers.contended); });
  add(fields, "queue_max", "at most", Unit::Count, false,
      [](Object o) { return o.handovers.longest_queue; });
  add(fields, "convoys", "convoys", Unit::Count, false,
      [](Object o) { return o.handovers.convoys; });
  add(fields, "in_convoys", "hand-overs in them", Unit::Count, true,
      [](Object o) { return o.handovers.in_convoys; });
  add(fields, "longest_convoy", "longest", Unit::Nanos, true,
      [](Object o) { return o.handovers.longest_convoy; });
  fields.push_back({{"mostly", "mostly from -> to", Unit::Text, true},
                    [](const ObjectSum& sum) { return sum.handed; }});
  return make_table(fields, sums);
}

}  // namespace thrace
