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
    Cost cost;
  };
  std::map<Key, Sum> sums;
  for (const auto& [key, cost] : analysis.sites.rows()) {
    Sum& sum = sums[{analysis.objects[key[0]].kind, names.site(key[1]), names.site(key[2])}];
    sum.objects.insert(key[0]);
    sum.cost.add(cost);
  }
  std::vector<BlameRow> rows;
  for (const auto& [key, sum] : sums)
    rows.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), sum.objects.size(), sum.cost});
  std::stable_sort(rows.begin(), rows.end(), [](const BlameRow& a, const BlameRow& b) {
    return a.cost.total > b.cost.total;
  });
  return rows;
}

Table blame_table(const std::vector<BlameRow>& rows) {
  Table table;
  table.columns = {{"total", "total wait", Unit::Nanos},
                   {"waits", "waits", Unit::Count},
                   {"max", "max", Unit::Nanos},
                   {"futile", "futile", Unit::Count, true},
                   {"kind", "kind"},
                   {"objects", "objects", Unit::Count},
                   {"site", "waited at"},
                   {"release", "released at"}};
  for (const BlameRow& row : rows)
    table.rows.push_back({row.cost.total, row.cost.count, row.cost.max, row.cost.marked, row.kind,
                          row.objects, row.site, row.release});
  return table;
}

}  // namespace thrace
