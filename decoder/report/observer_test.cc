// The parts behind the reports on single waits: sums by key, waits with open questions, the worst.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "decoder/report/costs.h"
#include "decoder/report/open_waits.h"
#include "decoder/report/table.h"
#include "decoder/report/worst_waits.h"

namespace thrace {
namespace {

TEST(Costs, AgreeWithAnOrdinaryMap) {
  std::mt19937 random(1);
  Costs<2> costs;
  std::map<std::array<uint32_t, 2>, uint64_t> totals;
  for (int i = 0; i < 20'000; i++) {
    const std::array<uint32_t, 2> key = {static_cast<uint32_t>(random() % 40),
                                         static_cast<uint32_t>(random() % 40 << 26)};
    const uint64_t value = random() % 100;
    costs[key].add(value, value == 0);
    totals[key] += value;
  }
  EXPECT_EQ(costs.rows().size(), totals.size());
  uint64_t count = 0;
  for (const auto& [key, cost] : costs.rows()) {
    EXPECT_EQ(cost.total, totals.at(key));
    EXPECT_LT(cost.max, 100u);
    EXPECT_LE(cost.marked, cost.count);
    count += cost.count;
  }
  EXPECT_EQ(count, 20'000u);
}

TEST(Costs, BeyondTheirLimitAreOneSum) {
  Costs<1> costs(3);
  for (uint32_t round = 0; round < 2; round++)
    for (uint32_t key = 0; key < 1000; key++) costs[{key}].add(key, key == 7);
  ASSERT_EQ(costs.rows().size(), 3u);
  uint64_t total = costs.beyond().total, count = costs.beyond().count;
  for (uint32_t key = 0; key < 3; key++) {
    EXPECT_EQ(costs.rows()[key].key[0], key);
    EXPECT_EQ(costs.rows()[key].cost.count, 2u);
    total += costs.rows()[key].cost.total;
    count += costs.rows()[key].cost.count;
  }
  EXPECT_EQ(total, 2u * 999 * 1000 / 2);
  EXPECT_EQ(count, 2000u);
  EXPECT_EQ(costs.beyond().max, 999u);
  EXPECT_EQ(costs.beyond().marked, 2u);
}

class Seen : public Observer {
 public:
  void wait(const EndedWait& wait) override { waits.push_back(wait); }
  std::vector<EndedWait> waits;
};

TEST(OpenWaits, AreHandedOnWithTheLastAnswer) {
  Seen seen;
  const std::vector<Observer*> observers = {&seen};
  const StackTable stacks;
  Names names(stacks, NameOptions{});
  Picker picker(Filter{}, names);
  OpenWaits open(observers, picker);
  open.add({.thread = 1}, 0);
  ASSERT_EQ(seen.waits.size(), 1u);

  const uint32_t second = open.add({.thread = 2}, 2), third = open.add({.thread = 3}, 2);
  open.released(third, 7);
  open.judged(second, true);
  EXPECT_EQ(seen.waits.size(), 1u);
  open.judged(third, false);
  open.released(second, 0);
  ASSERT_EQ(seen.waits.size(), 3u);
  EXPECT_EQ(seen.waits[1].thread, 3u);
  EXPECT_EQ(seen.waits[1].release, 7u);
  EXPECT_FALSE(seen.waits[1].futile);
  EXPECT_EQ(seen.waits[2].thread, 2u);
  EXPECT_TRUE(seen.waits[2].futile);

  // Numbers are used again.
  EXPECT_LT(open.add({.thread = 4}, 1), 2u);
}

TEST(WorstWaits, KeepsTheLongest) {
  WorstWaits worst(3);
  for (const uint64_t time : {5u, 1u, 9u, 7u, 9u, 2u})
    worst.wait({.thread = static_cast<uint32_t>(time), .since = 10, .time = time});
  worst.wait({.thread = 9, .since = 5, .time = 9});  // the earliest of the same length
  std::vector<uint64_t> times;
  for (const EndedWait& wait : worst.waits()) times.push_back(wait.time);
  EXPECT_EQ(times, (std::vector<uint64_t>{9, 9, 9}));
  EXPECT_EQ(worst.waits().front().since, 5);
  WorstWaits none(0);
  none.wait({.time = 1});
  EXPECT_TRUE(none.waits().empty());
}

TEST(Table, LongCellsLoseTheirMiddle) {
  EXPECT_EQ(shorten("short"), "short");
  const std::string text = "begin" + std::string(500, 'x') + "end";
  EXPECT_EQ(shorten(text).size(), kMaxCell);
  EXPECT_TRUE(shorten(text).starts_with("begin"));
  EXPECT_TRUE(shorten(text).ends_with("end"));
}

}  // namespace
}  // namespace thrace
