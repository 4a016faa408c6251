// The map of ranges against a list that is searched from its end.
#include "decoder/symbols/range_map.h"

#include <gtest/gtest.h>

#include <random>

namespace thrace {
namespace {

TEST(RangeMap, TheLaterRangeWins) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; round++) {
    std::vector<RangeMap::Range> ranges;
    for (uint32_t i = 0; i < random() % 12; i++)
      ranges.push_back({random() % 40, random() % 40, i % 5});
    const RangeMap map(ranges);
    for (uint64_t address = 0; address < 42; address++) {
      uint32_t expected = RangeMap::kNone;
      for (const auto& range : ranges)
        if (range.begin <= address && address < range.end) expected = range.value;
      ASSERT_EQ(map.find(address), expected) << "round " << round << ", address " << address;
    }
  }
}

TEST(RangeMap, EndsOfTheAddressSpace) {
  const RangeMap map({{0, 1, 1}, {UINT64_MAX - 1, UINT64_MAX, 2}, {9, 3, 3}});
  EXPECT_EQ(map.find(0), 1u);
  EXPECT_EQ(map.find(1), RangeMap::kNone);
  EXPECT_EQ(map.find(5), RangeMap::kNone);
  EXPECT_EQ(map.find(UINT64_MAX - 1), 2u);
  EXPECT_EQ(map.find(UINT64_MAX), RangeMap::kNone);
  EXPECT_EQ(RangeMap().find(0), RangeMap::kNone);
}

}  // namespace
}  // namespace thrace
