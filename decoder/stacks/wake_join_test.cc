// Waits and the stacks of the Wakes that ended them, in each order.
#include "decoder/stacks/wake_join.h"

#include <gtest/gtest.h>

#include <map>

namespace thrace {
namespace {

class WakeJoinTest : public testing::Test {
 protected:
  std::map<uint32_t, StackId> found_;
  WakeJoin join_{[this](uint32_t wait, StackId stack) {
    EXPECT_FALSE(found_.contains(wait)) << "told twice";
    found_[wait] = stack;
  }};
  using Found = std::map<uint32_t, StackId>;
};

TEST_F(WakeJoinTest, TheStackComesFirst) {
  join_.begin(1);
  join_.stack({3, 1, 7}, 70);
  join_.wait({3, 1, 7}, 1);
  EXPECT_EQ(found_, (Found{{1, 70}}));
}

TEST_F(WakeJoinTest, TheStackComesAfterTheWaitIsOver) {
  join_.begin(1);
  join_.wait({3, 1, 7}, 1);
  EXPECT_TRUE(found_.empty());
  join_.stack({3, 1, 6}, 60);  // of another Wake
  join_.stack({4, 1, 7}, 71);  // of another M
  EXPECT_TRUE(found_.empty());
  join_.stack({3, 1, 7}, 70);
  EXPECT_EQ(found_, (Found{{1, 70}}));
}

TEST_F(WakeJoinTest, OneWakeEndsManyWaits) {
  join_.begin(1);
  join_.wait({3, 1, 7}, 1);
  join_.wait({3, 1, 7}, 2);
  join_.stack({3, 1, 7}, 70);
  join_.wait({3, 1, 7}, 3);
  EXPECT_EQ(found_, (Found{{1, 70}, {2, 70}, {3, 70}}));
}

TEST_F(WakeJoinTest, TheStackComesInTheNextGeneration) {
  join_.begin(1);
  join_.wait({3, 1, 7}, 1);
  join_.begin(2);
  join_.stack({3, 2, 7}, 71);  // the seventh of the new generation
  EXPECT_TRUE(found_.empty());
  join_.stack({3, 1, 7}, 70);
  EXPECT_EQ(found_, (Found{{1, 70}}));
}

TEST_F(WakeJoinTest, TheWaitEndsInTheNextGeneration) {
  join_.begin(1);
  join_.stack({3, 1, 7}, 70);
  join_.begin(2);
  join_.wait({3, 1, 7}, 1);
  EXPECT_EQ(found_, (Found{{1, 70}}));
}

TEST_F(WakeJoinTest, AStackThatNeverComesIsUnknown) {
  join_.begin(1);
  join_.wait({3, 1, 7}, 1);
  join_.begin(2);
  join_.begin(3);
  EXPECT_TRUE(found_.empty());
  join_.begin(4);
  EXPECT_EQ(found_, (Found{{1, 0}}));
  join_.wait({3, 4, 1}, 2);
  join_.finish();
  EXPECT_EQ(found_, (Found{{1, 0}, {2, 0}}));
}

// Its M lost events: the stacks of later Wakes show that this one is not coming.
TEST_F(WakeJoinTest, LaterStacksOvertakeALostOne) {
  join_.begin(1);
  join_.wait({3, 1, 1}, 1);
  for (uint64_t seq = 2; seq <= 1 + WakeJoin::kStacks; seq++)
    join_.stack({3, 1, seq}, static_cast<StackId>(seq));
  EXPECT_TRUE(found_.empty());
  join_.stack({3, 1, 2 + WakeJoin::kStacks}, 9);
  EXPECT_EQ(found_, (Found{{1, 0}}));
}

TEST_F(WakeJoinTest, KeepsABoundedNumber) {
  join_.begin(1);
  for (uint32_t i = 0; i < 10 * WakeJoin::kWaits; i++) join_.wait({3, 1, i + 1}, i);
  EXPECT_EQ(found_.size(), 9 * WakeJoin::kWaits);
  for (uint64_t seq = 1; seq <= 1000; seq++) join_.stack({5, 1, seq}, static_cast<StackId>(seq));
  join_.wait({5, 1, 1000}, 1'000'000);
  join_.wait({5, 1, 1000 - WakeJoin::kStacks}, 1'000'001);  // too long ago
  EXPECT_EQ(found_[1'000'000], 1000u);
  EXPECT_FALSE(found_.contains(1'000'001));
}

}  // namespace
}  // namespace thrace
