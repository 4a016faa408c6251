// Stacks on their way from the arena to the file.
#include "core/collector/stacks.h"

#include <gmock/gmock.h>

#include "core/collector/rig_for_test.h"

namespace thrace::collector {
namespace {

using testing::Contains;
using testing::MatchesRegex;

TEST(Stacks, EqualOnesHaveOneId) {
  Stacks stacks;
  bool fresh;
  std::vector<std::vector<uint64_t>> all;
  for (uint64_t i = 0; i < 1000; i++) all.push_back({i, i * i, 7});
  for (uint32_t i = 0; i < all.size(); i++) {
    EXPECT_EQ(stacks.intern(StackEnd::Bottom, all[i], fresh), i + 1);
    EXPECT_TRUE(fresh);
  }
  for (uint32_t i = 0; i < all.size(); i++) {
    EXPECT_EQ(stacks.intern(StackEnd::Bottom, all[i], fresh), i + 1);
    EXPECT_FALSE(fresh);
  }
  EXPECT_EQ(stacks.intern(StackEnd::Depth, all[0], fresh), all.size() + 1) << "it ends otherwise";
  EXPECT_TRUE(fresh);
}

class StacksInFile : public RigTest {
 protected:
  static constexpr uint64_t kEnd = static_cast<uint64_t>(StackEnd::Bottom) << 32;

  void block(uint32_t m, uint64_t time, bool with_stack = true, uint64_t object = 64) {
    const auto type = static_cast<Event>(static_cast<uint8_t>(Event::GoBlock) | kStackBit);
    const auto mutex = static_cast<uint64_t>(WaitReason::Mutex);
    if (with_stack)
      guest_->record(m, type, time, {mutex, object, 0, kEnd | 2, object + 36, 200},
                     Status::Waiting);
    else
      guest_->record(m, Event::GoBlock, time, {mutex, object, 0}, Status::Waiting);
    Thread& thread = (*guest_)[m];
    thread.detail = mutex;
    thread.object = object;
    thread.since = time;
  }
  void unblock(uint32_t m, uint64_t time, Outcome outcome) {
    guest_->record(m, Event::GoUnblock, time, {static_cast<uint64_t>(outcome), 0, 0, 0});
  }
  uint32_t begin() {
    const uint32_t m = guest_->thread(process_, gettid());
    guest_->chunk(m, 1, 0);
    guest_->status(m, start_ + 10);
    return m;
  }
};

TEST_F(StacksInFile, AStackStandsBeforeItsFirstUseAndOnce) {
  const uint32_t m = begin();
  block(m, start_ + 20);
  unblock(m, start_ + 30, Outcome::Woken);
  block(m, start_ + 40);
  tick();
  close();
  const auto lines = trace().lines(0, true);
  EXPECT_THAT(lines, Contains("M0 Stack 1 1 100,200"));
  EXPECT_THAT(lines, Contains(MatchesRegex("M1 GoBlock@[0-9]+ 1 64 0 stack 1")).Times(2));
  EXPECT_THAT(lines, Contains(MatchesRegex("M0 Stack.*")).Times(1));
}

TEST_F(StacksInFile, OneThatStillWaitsKeepsItsStackInEachGeneration) {
  const uint32_t m = begin();
  block(m, start_ + 20);
  tick();
  next_generation();
  next_generation();
  close();
  for (const size_t silent : {1, 2}) {
    const auto lines = trace().lines(silent, true);
    EXPECT_THAT(lines, Contains("M0 Stack 1 1 100,200"));
    EXPECT_THAT(lines, Contains(MatchesRegex("M1 GoStatus@.* stack 1")));
  }
}

TEST_F(StacksInFile, AWaitThatGoesOnAfterASignalHandlerHasTheStackItBeganWith) {
  const uint32_t m = begin();
  block(m, start_ + 20);
  unblock(m, start_ + 30, Outcome::Interrupted);
  block(m, start_ + 40, false);
  unblock(m, start_ + 50, Outcome::Woken);
  block(m, start_ + 60, false);
  tick();
  close();
  const auto lines = trace().lines(0);
  EXPECT_THAT(lines[3], MatchesRegex("M1 GoBlock@.* stack 1"));
  EXPECT_THAT(lines[5], MatchesRegex("M1 GoBlock@[0-9]+ 1 64 0"));
}

TEST_F(StacksInFile, SoHasOneWhoseHandlerWaitsToo) {
  const uint32_t m = begin();
  block(m, start_ + 20);
  unblock(m, start_ + 30, Outcome::Interrupted);
  block(m, start_ + 40, true, 128);
  unblock(m, start_ + 50, Outcome::Interrupted);  // by a handler that jumps to the outer one
  block(m, start_ + 60, true, 192);
  unblock(m, start_ + 70, Outcome::Woken);
  block(m, start_ + 80, false);
  tick();
  next_generation();
  close();
  EXPECT_THAT(trace().lines(0, true), Contains("M0 Stack 1 1 100,200"));
  EXPECT_THAT(trace().lines(0).back(), MatchesRegex("M1 GoBlock@[0-9]+ 1 64 0 stack 1"));
  EXPECT_THAT(trace().lines(1, true), Contains("M0 Stack 1 1 100,200"));
}

TEST(WaitStacks, ThoseThatAreNeverTakenUpHaveABound) {
  WaitStacks stacks;
  for (uint64_t object = 1; object <= 20; object++) {
    stacks.block({object, StackEnd::Bottom, {object}});
    stacks.interrupt();
  }
  stacks.resume(4);
  EXPECT_TRUE(stacks.now().frames.empty());
  stacks.resume(5);
  EXPECT_THAT(stacks.now().frames, testing::ElementsAre(5));
}

TEST_F(StacksInFile, ARecordWhoseStackDoesNotFitItsLengthIsMalformed) {
  const uint32_t m = begin();
  const auto type = static_cast<Event>(static_cast<uint8_t>(Event::GoBlock) | kStackBit);
  guest_->record(m, type, start_ + 20, {1, 64, 0, kEnd}, Status::Waiting);
  tick();
  close();
  EXPECT_THAT(trace().lines(0), Contains(MatchesRegex("M1 GoBlock.*")).Times(0));
}

}  // namespace
}  // namespace thrace::collector
