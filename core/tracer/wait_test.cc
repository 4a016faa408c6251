// Who woke whom, and what handlers and jumps leave in the trace: one thread plays all parts.
#include "core/tracer/wait.h"

#include <sys/syscall.h>

#include <thread>

#include "core/tracer/arena_for_test.h"
#include "core/tracer/call.h"
#include "core/tracer/slots.h"
#include "core/tracer/waiters.h"

namespace thrace {
namespace {

constexpr auto kWoken = static_cast<uint64_t>(Outcome::Woken);

class WaitTest : public ArenaTest {
 protected:
  // Registers another M as waiting for `object` since `since`.
  Thread& other(const void* object, uint64_t since) {
    Thread& m = thread_of(slots::take());
    m.phase = ThreadPhase::Live;
    waiters::join(m, reinterpret_cast<uint64_t>(object), 0, since);
    return m;
  }

  std::vector<Seen> last(size_t n) {
    auto all = records(own_m(), gen());
    return {all.end() - static_cast<std::ptrdiff_t>(std::min(n, all.size())), all.end()};
  }

  int object_ = 0, another_ = 0;
};

uint64_t number(const void* object) { return reinterpret_cast<uint64_t>(object); }

TEST_F(WaitTest, APostThatCameBeforeTheWaiterRegisteredIsFound) {
  ASSERT_TRUE(wake(WakeKind::Post, &object_, 1));
  Wait wait;
  wait.begin(WaitReason::Semaphore, &object_, 0);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(3),
            (std::vector<Seen>{{Event::Wake, {uint64_t(WakeKind::Post), number(&object_), 1, 0}},
                               {Event::GoBlock, {uint64_t(WaitReason::Semaphore), number(&object_), 0}},
                               {Event::GoUnblock, {kWoken, own_m(), 0, 1}}}));
}

// Another process posts to a shared semaphore and stamps nothing; this one has posted to it before.
TEST_F(WaitTest, NoWakeEndsTwoWaitsOfAThread) {
  ASSERT_TRUE(wake(WakeKind::Post, &object_, 1));
  for (const uint32_t waker : {own_m(), 0u}) {
    Wait wait;
    wait.begin(WaitReason::Semaphore, &object_, 0);
    wait.end(Outcome::Woken);
    EXPECT_EQ(last(1)[0].args[1], waker);
  }
}

TEST_F(WaitTest, ALongWaitIsNotEndedByAReleaseOfBefore) {
  ASSERT_TRUE(wake(WakeKind::Post, &object_, 1));
  Wait wait;
  wait.begin(WaitReason::Semaphore, &object_, 0);
  usleep(20'000);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, 0, 0, 0}}));
}

TEST_F(WaitTest, AThreadMayTakeLongToEndAfterItHasSaidSo) {
  ASSERT_TRUE(wake(WakeKind::Exit, &object_, kWakeAll));
  Wait wait;
  wait.begin(WaitReason::Join, &object_, 0);
  usleep(20'000);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, own_m(), 0, 1}}));
}

TEST_F(WaitTest, EachTokenGoesToWhoeverWaitsLongest) {
  Thread& second = other(&object_, 20);
  Thread& first = other(&object_, 10);
  Thread& elsewhere = other(&another_, 5);
  wake(WakeKind::Post, &object_, 1);
  EXPECT_TRUE(Stamp{first.wait_stamp.load()}.of(number(&object_)));
  EXPECT_EQ(second.wait_stamp.load(), 0u);
  wake(WakeKind::Post, &object_, 1);
  EXPECT_EQ(Stamp{first.wait_stamp.load()}.seq(), 1u) << "the first to wake a waiter has woken it";
  EXPECT_EQ(Stamp{second.wait_stamp.load()}.seq(), 2u);
  EXPECT_EQ(elsewhere.wait_stamp.load(), 0u);
}

TEST_F(WaitTest, AWakeThatWokeNobodyIsTakenBack) {
  Thread& one = other(&object_, 1);
  Thread& two = other(&object_, 2);
  wake(WakeKind::Futex, &object_, 1);
  const Told told = wake(WakeKind::Futex, &object_, kWakeAll);
  EXPECT_NE(two.wait_stamp.load(), 0u);
  take_back(&object_, told);
  EXPECT_EQ(Stamp{one.wait_stamp.load()}.seq(), 1u) << "another's stamp stays";
  EXPECT_EQ(two.wait_stamp.load(), 0u);
  EXPECT_EQ(g_wiped.waits.of(number(&object_)).released.load(), 0u);
}

TEST_F(WaitTest, ABroadcastStampsAll) {
  Thread& one = other(&object_, 1);
  Thread& two = other(&object_, 2);
  wake(WakeKind::Broadcast, &object_, kWakeAll);
  EXPECT_EQ(one.wait_stamp.load(), two.wait_stamp.load());
  EXPECT_EQ(last(1)[0].args[3], 2u) << "waiters";
}

TEST_F(WaitTest, ALockThatNobodyWaitsForIsReleasedInSilence) {
  const size_t before = records(own_m(), gen()).size();
  Release release(WakeKind::Unlock, &object_);
  release.after();
  other(&another_, 1);
  EXPECT_FALSE(wake(WakeKind::Unlock, &object_, kWakeAll));
  EXPECT_EQ(records(own_m(), gen()).size(), before);
}

TEST_F(WaitTest, AnOldReleaseIsNotTheCauseTheHolderIs) {
  Thread& waiting = other(&object_, 1);
  wake(WakeKind::Unlock, &object_, kWakeAll);  // an earlier contention of the same lock
  waiters::leave(waiting);
  Thread& holder = thread_of(slots::take());
  holder.tid = 4711;
  holder.phase = ThreadPhase::Live;
  const int word = 4711;
  Wait wait;
  wait.begin(WaitReason::Mutex, &object_, 0, &word);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, holder.m.load(), 0, 0}}));
}

TEST_F(WaitTest, AReleaseDuringTheWaitIsTheCause) {
  Wait wait;
  wait.begin(WaitReason::Mutex, &object_, 0);
  wake(WakeKind::Unlock, &object_, kWakeAll);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, own_m(), 0, 1}}));
}

TEST_F(WaitTest, AWakeOfAnEarlierGenerationHasAnAge) {
  Wait wait;
  wait.begin(WaitReason::Futex, &object_, 0);
  wake(WakeKind::Futex, &object_, 1);
  arena_header(base_).gen.fetch_add(2);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, own_m(), 2, 1}}));
  EXPECT_EQ(records(own_m(), gen(), true)[0].event, Event::GoStatus) << "invariant 5 of the gate";
}

TEST_F(WaitTest, ATimeoutHasNoWaker) {
  Wait wait;
  wait.begin(WaitReason::Semaphore, &object_, 0);
  wake(WakeKind::Post, &object_, 1);
  wait.end(Outcome::Timeout);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {uint64_t(Outcome::Timeout), 0, 0, 0}}));
}

TEST_F(WaitTest, ARequeuedWaiterIsFoundAtItsNewObject) {
  Thread& waiting = other(&object_, 1);
  requeue(&object_, &another_, 1);
  EXPECT_EQ(waiting.wait_object.load(), number(&another_));
  wake(WakeKind::Futex, &another_, 1);
  EXPECT_TRUE(Stamp{waiting.wait_stamp.load()}.of(number(&another_)));
  waiters::leave(waiting);
  EXPECT_FALSE(has_waiters(&object_));
  EXPECT_FALSE(has_waiters(&another_));
}

TEST_F(WaitTest, ARequeuedWaiterNamesWhoWokeIt) {
  other(&object_, 1);
  Wait wait;
  wait.begin(WaitReason::Futex, &object_, 0);
  wake(WakeKind::Futex, &object_, 1);  // of the requeue, which wakes the other
  requeue(&object_, &another_, 1);
  wake(WakeKind::Futex, &another_, 1);
  wait.end(Outcome::Woken);
  EXPECT_EQ(last(1)[0], (Seen{Event::GoUnblock, {kWoken, own_m(), 0, 2}}));
}

// What a signal handler does that interrupts the wait of its caller.
[[gnu::noinline]] void handler() {
  Call call(SYS_read, 3);
  call.end(0, 1);
}

// However long a busy machine makes it last, the call's end is one.
Event quick(Event event) {
  return event == Event::GoSyscallEndBlocked ? Event::GoSyscallEnd : event;
}

TEST_F(WaitTest, AHandlersCallStandsInTheMiddleOfTheWait) {
  Wait wait;
  wait.begin(WaitReason::Semaphore, &object_, 0);
  handler();
  EXPECT_EQ(t_local.m->wait_object.load(), number(&object_)) << "still registered";
  wait.end(Outcome::Woken);
  std::vector<Event> events;
  for (const Seen& seen : last(6)) events.push_back(quick(seen.event));
  EXPECT_EQ(events, (std::vector<Event>{Event::GoBlock, Event::GoUnblock, Event::GoSyscallBegin,
                                        Event::GoSyscallEnd, Event::GoBlock, Event::GoUnblock}));
  EXPECT_EQ(last(5)[0].args[0], uint64_t(Outcome::Interrupted));
}

[[gnu::noinline]] void abandon_a_wait(const void* object) {
  Wait wait;
  wait.begin(WaitReason::Semaphore, object, 0);
}

TEST_F(WaitTest, AWaitThatWasJumpedOutOfEndsAtTheJump) {
  abandon_a_wait(&object_);
  leave_by_jump(reinterpret_cast<uint64_t>(__builtin_frame_address(0)));
  EXPECT_EQ(last(1)[0].args[0], uint64_t(Outcome::Abandoned));
  EXPECT_FALSE(has_waiters(&object_));
}

TEST_F(WaitTest, AWaitThatWasLeftUnseenEndsAtTheNextEvent) {
  abandon_a_wait(&object_);
  handler();
  EXPECT_EQ(last(3)[0], (Seen{Event::GoUnblock, {uint64_t(Outcome::Abandoned), 0, 0, 0}}));
  EXPECT_EQ(quick(last(1)[0].event), Event::GoSyscallEnd);
  EXPECT_FALSE(has_waiters(&object_));
}

TEST_F(WaitTest, AWaitThatWasLeftEndsWithItsTask) {
  for (const bool seen : {false, true}) {
    std::thread([&] {
      adopt_task(create_task(nullptr), 99, 0, 0);
      abandon_a_wait(&object_);
      if (seen) handler();
      end_task();
    }).join();
    EXPECT_FALSE(has_waiters(&object_));
  }
}

}  // namespace
}  // namespace thrace
