// What releases cost, and what is a hand-over, a theft and a convoy: by hand-made queues.
#include "decoder/report/queue.h"

#include <gtest/gtest.h>

namespace thrace {
namespace {

const Window kAll;

uint64_t sum(const std::vector<Charge>& charges) {
  uint64_t all = 0;
  for (const Charge& charge : charges) all += charge.time;
  return all;
}

TEST(Queue, AReleaseIsChargedWithAllWhoWaitedForIt) {
  Queue queue;
  const auto first = queue.arrive({1}, 100, kAll);
  const auto second = queue.arrive({2}, 150, kAll);
  const auto charges = queue.release(200, kAll);
  ASSERT_EQ(charges.size(), 2u);
  EXPECT_EQ(charges[0].stack, 1u);
  EXPECT_EQ(charges[0].time, 100u);
  EXPECT_EQ(charges[1].time, 50u);
  queue.leave(first, {1}, true, 210, kAll);  // the gap of 10 ns is nobody's
  EXPECT_EQ(sum(queue.release(240, kAll)), 30u);
  queue.leave(second, {2}, true, 241, kAll);
  EXPECT_EQ(sum(queue.release(300, kAll)), 0u);
  EXPECT_EQ(queue.result().caused, 180u);
  EXPECT_EQ(queue.result().count, 2u);
  EXPECT_EQ(queue.result().gaps.total(), 11u);
  EXPECT_EQ(queue.result().out_of_order, 0u);
  EXPECT_EQ(queue.result().longest_queue, 2u);
  EXPECT_EQ(queue.result().contended, 141u);
  EXPECT_EQ(queue.result().waited, 201u);
}

TEST(Queue, WhoPassesTheWaitersHasStolenIt) {
  Queue queue;
  const auto waiter = queue.arrive({1}, 0, kAll);
  EXPECT_EQ(sum(queue.release(10, kAll)), 10u);
  EXPECT_EQ(sum(queue.release(25, kAll)), 15u);  // another one had it meanwhile
  queue.leave(waiter, {1}, true, 30, kAll);
  EXPECT_EQ(queue.result().stolen, 1u);
  EXPECT_EQ(queue.result().gaps.total(), 5u);
}

TEST(Queue, KeepsNoPlacesOfWhatIsNeverGivenUp) {
  Queue cond(false);
  cond.arrive({1}, 0, kAll);  // waits for ever, so that the queue is never empty
  for (StackId stack = 2; stack < 1000; stack++)
    cond.leave(cond.arrive({stack}, stack, kAll), {stack}, true, stack + 1, kAll);
  EXPECT_EQ(cond.places(), 0u);
  EXPECT_EQ(cond.result().count, 998u);
  EXPECT_EQ(cond.result().longest_queue, 2u);
}

TEST(Queue, OrderIsThatOfComing) {
  Queue queue;
  const auto first = queue.arrive({1}, 0, kAll);
  const auto second = queue.arrive({1}, 1, kAll);
  queue.release(5, kAll);
  queue.leave(second, {1}, true, 6, kAll);
  EXPECT_EQ(queue.result().out_of_order, 1u);
  queue.release(7, kAll);
  queue.leave(first, {1}, true, 8, kAll);
  EXPECT_EQ(queue.result().out_of_order, 1u);
}

TEST(Queue, AConvoyIsManyHandoversWhileSomebodyAlwaysWaits) {
  Queue queue;
  auto next = queue.arrive({1}, 0, kAll);
  for (int64_t i = 1; i <= 12; i++) {
    const auto other = queue.arrive({1}, i * 10 - 5, kAll);
    queue.release(i * 10, kAll);
    queue.leave(next, {1}, true, i * 10 + 1, kAll);
    next = other;
  }
  queue.release(200, kAll);
  queue.leave(next, {1}, true, 201, kAll);
  EXPECT_EQ(queue.result().convoys, 1u);
  EXPECT_EQ(queue.result().in_convoys, 13u);
  EXPECT_EQ(queue.result().longest_convoy, 201u);
  // One waiter at a time is none.
  for (int64_t i = 0; i < 20; i++) {
    const auto ticket = queue.arrive({1}, 300 + i * 10, kAll);
    queue.release(305 + i * 10, kAll);
    queue.leave(ticket, {1}, true, 306 + i * 10, kAll);
  }
  EXPECT_EQ(queue.result().convoys, 1u);
}

TEST(Queue, OnlyTheWindowCounts) {
  Queue queue;
  const Window window = {50, 100};
  const auto ticket = queue.arrive({1}, 0, window);
  EXPECT_EQ(sum(queue.release(80, window)), 30u);
  queue.leave(ticket, {1}, true, 120, window);
  EXPECT_EQ(queue.result().count, 0u);
  EXPECT_EQ(queue.result().contended, 50u);
}

TEST(Queue, OfWaitsThatAFilterLeavesOutTheDelayIsToldApart) {
  Queue queue;
  queue.arrive({1, true}, 0, kAll);
  queue.arrive({1, false}, 40, kAll);
  const auto charges = queue.release(100, kAll);
  ASSERT_EQ(charges.size(), 2u);
  EXPECT_TRUE(charges[0].picked);
  EXPECT_EQ(charges[0].time, 100u);
  EXPECT_FALSE(charges[1].picked);
  EXPECT_EQ(charges[1].time, 60u);
  EXPECT_EQ(queue.result().caused, 100u);
  EXPECT_EQ(queue.result().longest_queue, 2u) << "the queue is that of all";
}

TEST(Queue, WhoCameBeforeTheWindowIsInIt) {
  Queue queue;
  const Window window = {50, 100};
  queue.arrive({1}, 0, window);
  queue.arrive({1}, 1, window);
  queue.release(20, window);
  queue.release(30, window);  // a theft, but before the window
  queue.finish(200, window);
  EXPECT_EQ(queue.result().longest_queue, 2u);
  EXPECT_EQ(queue.result().stolen, 0u);
}

// A thread that never gets it must not make the queue grow for ever.
TEST(Queue, ForgetsTheOrderOfWhoWaitsTooLong) {
  Queue queue;
  const auto starving = queue.arrive({1}, 0, kAll);
  for (int64_t i = 1; i < 1'200'000; i++)
    queue.leave(queue.arrive({1}, i, kAll), {1}, true, i, kAll);
  queue.leave(starving, {1}, true, 2'000'000, kAll);
  EXPECT_EQ(queue.result().count, 1'200'000u);
}

}  // namespace
}  // namespace thrace
