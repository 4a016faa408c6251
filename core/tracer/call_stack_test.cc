// Which events carry a stack, and where it is taken.
#include "core/tracer/call_stack.h"

#include <sys/syscall.h>

#include "core/tracer/arena_for_test.h"
#include "core/tracer/call.h"
#include "core/tracer/wait.h"

namespace thrace {
namespace {

constexpr uint8_t with_stack(Event event) { return static_cast<uint8_t>(event) | kStackBit; }

class CallStackTest : public ArenaTest {
 protected:
  void SetUp() override {
    ArenaTest::SetUp();
    g_guest.stack_depth = 8;
  }
  void TearDown() override {
    g_guest.stack_depth = 0;
    ArenaTest::TearDown();
  }

  Seen last() { return records(own_m(), gen()).back(); }
  static uint8_t type(const Seen& seen) { return static_cast<uint8_t>(seen.event); }

  // The frames of a record whose event has `args` arguments.
  static std::vector<uint64_t> frames(const Seen& seen, size_t args) {
    const auto first = seen.args.begin() + static_cast<std::ptrdiff_t>(args);
    EXPECT_EQ(*first & UINT32_MAX, static_cast<uint64_t>(seen.args.end() - first - 1));
    return {first + 1, seen.args.end()};
  }

  int object_ = 0;
};

[[gnu::noinline]] uint64_t wait_here(const void* object) {
  Wait wait;
  wait.begin(WaitReason::Mutex, object, 0);
  wait.end(Outcome::Woken);
  return reinterpret_cast<uint64_t>(&wait_here);
}

TEST_F(CallStackTest, AWaitHasThatOfItsCaller) {
  const uint64_t function = wait_here(&object_);
  const auto all = records(own_m(), gen());
  const Seen& block = all[all.size() - 2];
  ASSERT_EQ(type(block), with_stack(Event::GoBlock));
  const auto stack = frames(block, 3);
  EXPECT_LE(stack.size(), 8u);
  const auto in_caller = [=](uint64_t frame) {
    return frame > function && frame < function + 1024;
  };
  EXPECT_TRUE(std::any_of(stack.begin(), stack.end(), in_caller));
  EXPECT_EQ(last().event, Event::GoUnblock) << "the end of a wait has none";
}

TEST_F(CallStackTest, NoneIfNoneIsWanted) {
  g_guest.stack_depth = 0;
  wait_here(&object_);
  const auto all = records(own_m(), gen());
  EXPECT_EQ(all[all.size() - 2].event, Event::GoBlock);
}

TEST_F(CallStackTest, AReleaseThatSomebodyWaitsForTellsItsPlaceAfterwards) {
  // Another M waits; one post finds it, the next nobody.
  Wait wait;
  wait.begin(WaitReason::Semaphore, &object_, 0);
  const Told told = wake(WakeKind::Post, &object_, 1);
  EXPECT_EQ(last().event, Event::Wake);
  wake_stack(told);
  ASSERT_EQ(type(last()), with_stack(Event::WakeStack));
  EXPECT_EQ(last().args[0], told.seq);
  EXPECT_EQ(last().args[1], 0u);
  wait.end(Outcome::Woken);
  const size_t before = records(own_m(), gen()).size();
  wake_stack(wake(WakeKind::Post, &object_, 1));
  EXPECT_EQ(records(own_m(), gen()).size(), before + 1);
  EXPECT_EQ(last().event, Event::Wake);
}

TEST_F(CallStackTest, ASignalThatNobodyWaitsForHasOne) {
  wake_stack(wake(WakeKind::Signal, &object_, 1));
  EXPECT_EQ(type(last()), with_stack(Event::WakeStack));
}

TEST_F(CallStackTest, TheAgeOfAWakeIsInGenerations) {
  const Told told = wake(WakeKind::Signal, &object_, 1);
  arena_header(base_).gen.store(gen() + 1);
  wake_stack(told);
  ASSERT_EQ(type(last()), with_stack(Event::WakeStack));
  EXPECT_EQ(last().args[1], 1u);
}

TEST_F(CallStackTest, OnlyASlowSystemCallHasOne) {
  g_guest.blocked_ticks = UINT64_MAX;
  Call fast(SYS_read, 0);
  fast.end(0, 1);
  EXPECT_EQ(last().event, Event::GoSyscallEnd);
  g_guest.blocked_ticks = 0;
  Call slow(SYS_read, 0);
  slow.end(5, -1);
  ASSERT_EQ(type(last()), with_stack(Event::GoSyscallEndBlocked));
  EXPECT_EQ(last().args[0], 5u);
  EXPECT_EQ(last().args[1], static_cast<uint64_t>(-1));
  EXPECT_FALSE(frames(last(), 2).empty());
}

TEST_F(CallStackTest, ACreationHasOne) {
  create_task(nullptr);
  EXPECT_EQ(type(last()), with_stack(Event::GoCreate));
}

}  // namespace
}  // namespace thrace
