// Adding up sites by name.
#include "decoder/report/blame.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace thrace {

std::vector<BlameRow> blame(const Analysis& analysis, Names& names) {
  names.prefetch();
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Sum {
    std::set<uint32_t> objects;
    uint64_t delay = 0;
    Cost waits;
  };
  std::map<Key, Sum> sums;
  const auto place = [&](const Costs<3>::Key& key) -> Sum& {
    Sum& sum = sums[{analysis.objects[key[0]].kind, names.site(key[1]), names.site(key[2])}];
    sum.objects.insert(key[0]);
    return sum;
  };
  std::set<uint32_t> split;  // objects whose waits are
  for (const auto& [key, cost] : analysis.delays.rows()) {
    split.insert(key[0]);
    place(key).delay += cost.total;
  }
  for (const auto& [key, cost] : analysis.sites.rows()) {
    Sum& sum = place(key);
    sum.waits.add(cost);
    if (!split.contains(key[0])) sum.delay += cost.total;
  }
  std::vector<BlameRow> rows;
  for (const auto& [key, sum] : sums)
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), sum.objects.size(),
                    sum.delay, sum.waits});
  if (const Cost& delay = analysis.delays.beyond(), &waits = analysis.sites.beyond();
      delay.count + waits.count != 0)
    rows.push_back({kOther, {}, {}, 0, delay.total, waits});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const BlameRow& a, const BlameRow& b) { return a.delay > b.delay; });
  return rows;
}

Table blame_table(const std::vector<BlameRow>& rows) {
  const std::vector<Field<BlameRow>> fields = {
      {{"total", "delay", Unit::Nanos}, [](const BlameRow& row) { return row.delay; }},
      {{"waits", "waits ended", Unit::Count}, [](const BlameRow& row) { return row.waits.count; }},
      {{"max", "longest", Unit::Nanos}, [](const BlameRow& row) { return row.waits.max; }},
      {{"futile", "futile", Unit::Count, true},
       [](const BlameRow& row) { return row.waits.marked; }},
      {{"kind", "kind"}, [](const BlameRow& row) { return row.kind; }},
      {{"objects", "objects", Unit::Count}, [](const BlameRow& row) { return row.objects; }},
      {{"site", "waited at"}, [](const BlameRow& row) { return row.site; }},
      {{"release", "released at"}, [](const BlameRow& row) { return row.release; }}};
  return make_table(fields, rows);
}

}  // namespace thrace
