// Rows and bars.
#include "decoder/report/histogram_table.h"

#include <algorithm>

namespace thrace {
namespace {

constexpr uint64_t kBar = 40;  // characters of the longest

}  // namespace

Table histogram_table(const Histogram& histogram) {
  struct Row {
    uint64_t from, below, count, bar;
  };
  const Histogram::Powers powers = histogram.powers();
  uint64_t most = 1;
  for (const uint64_t count : powers.counts) most = std::max(most, count);
  std::vector<Row> rows;
  for (size_t i = 0; i < powers.counts.size(); i++) {
    const int power = powers.first + static_cast<int>(i);
    rows.push_back({power == 0 ? 0 : 1ull << power, power == 63 ? UINT64_MAX : 2ull << power,
                    powers.counts[i], (powers.counts[i] * kBar + most - 1) / most});
  }
  const std::vector<Field<Row>> fields = {
      {{"from", "from", Unit::Nanos}, [](const Row& row) { return row.from; }},
      {{"below", "below", Unit::Nanos}, [](const Row& row) { return row.below; }},
      {{"count", "count", Unit::Count}, [](const Row& row) { return row.count; }},
      {{"share", "%", Unit::Share},
       [&](const Row& row) { return thousandths(row.count, histogram.count()); }},
      {{"bar", "", Unit::Text, false, false, true},
       [](const Row& row) { return std::string(row.bar, '#'); }}};
  return make_table(fields, rows);
}

}  // namespace thrace
