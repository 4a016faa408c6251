// The table of wakers and woken.
#include "decoder/report/wake_pairs.h"

#include <map>
#include <tuple>

#include "decoder/report/titles.h"

namespace thrace {

Table WakePairs::table(const Analysis& analysis, Names& names) const {
  names.prefetch();
  std::map<std::tuple<uint32_t, std::string, uint32_t>, Cost> sums;
  for (const auto& [key, cost] : costs_.rows())
    sums[{key[0], names.site(key[1]), key[2]}].add(cost);
  Table table;
  table.columns = {{"waker", "waker"},
                   {"site", "woke at", Unit::Text, true},
                   {"thread", "woken thread"},
                   {"wakes", "wakes", Unit::Count},
                   {"futile", "futile", Unit::Count, true},
                   {"total", "total wait", Unit::Nanos},
                   {"mean", "mean", Unit::Nanos},
                   {"max", "max", Unit::Nanos}};
  for (const auto& [key, cost] : sums) {
    const auto& [waker, site, thread] = key;
    table.rows.push_back({thread_title(analysis.threads[waker]), site,
                          thread_title(analysis.threads[thread]), cost.count, cost.marked,
                          cost.total, cost.total / cost.count, cost.max});
  }
  table.sort("total");
  return table;
}

}  // namespace thrace
