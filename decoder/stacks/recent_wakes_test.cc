// How long Wakes are kept: of each M some in any case, more while there is room.
#include "decoder/stacks/recent_wakes.h"

#include <gtest/gtest.h>

namespace thrace {
namespace {

using Recent = RecentWakes<int>;

TEST(RecentWakes, AreFoundByTheirNumber) {
  Recent recent;
  std::vector<int> dropped;
  const auto drop = [&](int value) { dropped.push_back(value); };
  recent.add({1, 1, 1}, 11, drop);
  recent.add({1, 1, 3}, 13, drop);  // the number between was lost
  recent.add({1, 2, 1}, 21, drop);
  recent.add({2, 2, 1}, 31, drop);
  ASSERT_NE(recent.find({1, 1, 3}), nullptr);
  EXPECT_EQ(*recent.find({1, 1, 3}), 13);
  EXPECT_EQ(*recent.find({1, 2, 1}), 21);
  EXPECT_EQ(*recent.find({2, 2, 1}), 31);
  EXPECT_EQ(recent.find({1, 1, 2}), nullptr);
  EXPECT_EQ(recent.find({1, 2, 0}), nullptr) << "0 is no number";
  EXPECT_EQ(recent.find({3, 1, 1}), nullptr);
  EXPECT_TRUE(dropped.empty());
  recent.finish(drop);
  EXPECT_EQ(dropped.size(), 4u);
  EXPECT_EQ(recent.size(), 0u);
}

TEST(RecentWakes, OneThatWakesAllTheTimeDoesNotForgetWhileThereIsRoom) {
  Recent recent;
  size_t dropped = 0;
  const auto drop = [&](int) { dropped++; };
  for (uint64_t seq = 1; seq <= Recent::kAll; seq++) recent.add({1, 1, seq}, 0, drop);
  EXPECT_EQ(dropped, 0u);
  EXPECT_NE(recent.find({1, 1, 1}), nullptr);
  recent.add({1, 1, Recent::kAll + 1}, 0, drop);
  EXPECT_EQ(recent.find({1, 1, 1}), nullptr);
  // Another one has its share in any case.
  for (uint64_t seq = 1; seq <= Recent::kEach + 1; seq++) recent.add({2, 1, seq}, 0, drop);
  EXPECT_EQ(recent.find({2, 1, 1}), nullptr);
  EXPECT_NE(recent.find({2, 1, 2}), nullptr);
  EXPECT_EQ(recent.size(), Recent::kAll + Recent::kEach);
}

TEST(RecentWakes, OfThreadsThatAreGoneAreForgottenWhenThereAreTooMany) {
  Recent recent;
  const auto drop = [](int) {};
  for (uint64_t m = 1; m <= Recent::kAll; m++) recent.add({m, 1, 1}, 0, drop);
  recent.begin(1 + Recent::kGenerations, drop);
  EXPECT_EQ(recent.size(), Recent::kAll);
  recent.begin(2 + Recent::kGenerations, drop);
  EXPECT_EQ(recent.size(), 0u);
}

}  // namespace
}  // namespace thrace
