// The parts of the reports that golden tests do not reach: quantiles, units, the flat map.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "decoder/order/id_map.h"
#include "decoder/report/histogram.h"
#include "decoder/report/table.h"

namespace thrace {
namespace {

TEST(Histogram, QuantilesAreWithinThreePercent) {
  for (const uint64_t top : {40u, 1000u, 3'000'000u}) {
    Histogram histogram;
    for (uint64_t i = 1; i <= 1000; i++) histogram.add(i * top / 1000);
    for (const double q : {0.01, 0.5, 0.99, 1.0}) {
      const double exact = std::ceil(q * 1000) * top / 1000;
      EXPECT_GE(histogram.quantile(q) + 1, exact) << top << " " << q;
      EXPECT_LE(histogram.quantile(q), exact * 1.04 + 1) << top << " " << q;
    }
    EXPECT_EQ(histogram.max(), top);
    EXPECT_EQ(histogram.count(), 1000u);
  }
}

TEST(Histogram, TakesEachValue) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  for (int bit = 0; bit < 64; bit++) histogram.add(1ull << bit);
  histogram.add(~0ull);
  EXPECT_EQ(histogram.quantile(1), ~0ull);
  EXPECT_EQ(histogram.quantile(0), 0u + histogram.quantile(0.001));
}

TEST(Duration, ScalesAndRounds) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(999), "999 ns");
  EXPECT_EQ(duration_text(1000), "1.00 us");
  EXPECT_EQ(duration_text(99'960), "100 us");
  EXPECT_EQ(duration_text(999'960), "1.00 ms");
  EXPECT_EQ(duration_text(12'345'678), "12.3 ms");
  EXPECT_EQ(duration_text(3'600'000'000'000), "3600 s");
}

TEST(IdMap, AgreesWithAnOrdinaryMap) {
  std::mt19937_64 random(1);
  IdMap<uint64_t> map;
  std::map<uint64_t, uint64_t> truth;
  for (int i = 0; i < 100'000; i++) {
    const uint64_t id = random() % 500 << (random() % 2 ? 40 : 0);
    if (random() % 3 == 0) {
      map.erase(id);
      truth.erase(id);
    } else {
      map[id] = truth[id] = random();
    }
  }
  EXPECT_EQ(map.size(), truth.size());
  for (const auto& [id, value] : truth) {
    ASSERT_NE(map.find(id), nullptr);
    EXPECT_EQ(*map.find(id), value);
  }
  size_t visited = 0;
  map.each([&](uint64_t id, uint64_t value) {
    visited++;
    EXPECT_EQ(truth.at(id), value);
  });
  EXPECT_EQ(visited, truth.size());
}

}  // namespace
}  // namespace thrace
