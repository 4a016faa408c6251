// Whose memory an address is while threads come and go (rule R12).
#include "decoder/stacks/thread_map.h"

#include <gtest/gtest.h>

#include "decoder/stacks/test_generation.h"

namespace thrace {
namespace {

// M 1 is the initial thread, M 2 a thread, M 3 one that has the stack of M 2 after it, M 4 one
// whose stack is an array on M 1's, M 5 a foreign one.
constexpr const char* kThreads = R"(
Thread m=1 tid=101
ThreadStack m=1 low=0x70000 high=0x80000 self=0x20040
Thread m=2 tid=102
ThreadStack m=2 low=0x30000 high=0x38000 self=0x38000
Thread m=3 tid=103
ThreadStack m=3 low=0x30000 high=0x38000 self=0x38000
Thread m=4 tid=104
ThreadStack m=4 low=0x74000 high=0x75000 self=0x75000
Thread m=5 tid=105
ThreadStack m=5 low=0 high=0 self=0x50040
)";

class ThreadMapTest : public testing::Test {
 protected:
  // An event of M `m`, as the merge would send it.
  void send(const std::string& text, uint64_t m) {
    const TestGeneration g("Thread m=9 tid=9", "Batch m=9 time=1\n" + text + "\n");
    map_.event({g.event(0), 1, m, 1, nullptr});
  }
  void start(uint64_t m) { send("GoStart g=1", m); }
  void end(uint64_t m) { send("GoDestroy g=1", m); }

  ThreadMap map_;
};

TEST_F(ThreadMapTest, KnowsTheBoundsOfAStack) {
  map_.begin(*TestGeneration(kThreads));
  EXPECT_EQ(map_.on_stack(0x30000), 0u);  // M 2 has not begun
  EXPECT_EQ(map_.thread(0x38000), 0u);
  start(2);
  EXPECT_EQ(map_.on_stack(0x2ffff), 0u);
  EXPECT_EQ(map_.on_stack(0x30000), 2u);
  EXPECT_EQ(map_.on_stack(0x37fff), 2u);
  EXPECT_EQ(map_.on_stack(0x38000), 0u);
  EXPECT_EQ(map_.thread(0x38000), 2u);
  EXPECT_EQ(map_.thread(0x37fff), 0u);
}

TEST_F(ThreadMapTest, AStatusShowsAThreadUnlessItIsOnNoM) {
  map_.begin(*TestGeneration(kThreads));
  send("GoStatus g=1 status=runnable", 1);
  EXPECT_EQ(map_.on_stack(0x70000), 0u);
  send("GoStatus g=1 status=waiting", 1);
  EXPECT_EQ(map_.on_stack(0x70000), 1u);
}

TEST_F(ThreadMapTest, AStackGoesWithItsThreadAndComesBackWithTheNext) {
  map_.begin(*TestGeneration(kThreads));
  start(2);
  end(2);
  EXPECT_EQ(map_.on_stack(0x31000), 0u);
  EXPECT_EQ(map_.thread(0x38000), 2u);  // it can still be joined
  send("GoCreateSyscall g=7", 2);       // its destructors
  EXPECT_EQ(map_.on_stack(0x31000), 2u);
  send("GoDestroySyscall g=7", 2);
  start(3);
  EXPECT_EQ(map_.on_stack(0x31000), 3u);
  EXPECT_EQ(map_.thread(0x38000), 3u);
  end(2);  // that of another is none of its business
  EXPECT_EQ(map_.on_stack(0x31000), 3u);
}

TEST_F(ThreadMapTest, TheOneThatCameLastWinsWhereTheEndOfTheOtherWasNotSeen) {
  map_.begin(*TestGeneration(kThreads));
  start(2);
  start(3);
  EXPECT_EQ(map_.on_stack(0x31000), 3u);
  end(2);
  EXPECT_EQ(map_.on_stack(0x31000), 3u);
}

TEST_F(ThreadMapTest, AStackMayLieWithinAnother) {
  const TestGeneration first(kThreads);
  map_.begin(*first);
  start(1);
  start(4);
  for (int generation = 0; generation < 2; generation++) {
    EXPECT_EQ(map_.on_stack(0x70000), 1u);
    EXPECT_EQ(map_.on_stack(0x73fff), 1u);
    EXPECT_EQ(map_.on_stack(0x74000), 4u);
    EXPECT_EQ(map_.on_stack(0x74fff), 4u);
    EXPECT_EQ(map_.on_stack(0x75000), 1u);
    EXPECT_EQ(map_.on_stack(0x7ffff), 1u);
    map_.begin(*first);
    send("GoStatus g=1 status=running", 1);  // no news
  }
  end(1);
  EXPECT_EQ(map_.on_stack(0x70000), 0u);
  EXPECT_EQ(map_.on_stack(0x75000), 0u);
  EXPECT_EQ(map_.on_stack(0x74000), 4u);
}

TEST_F(ThreadMapTest, APartlyCoveredStackKeepsItsRest) {
  map_.begin(
      *TestGeneration("Thread m=1 tid=1\nThreadStack m=1 low=0x1000 high=0x3000 self=1\n"
                      "Thread m=2 tid=2\nThreadStack m=2 low=0x5000 high=0x7000 self=2\n"
                      "Thread m=3 tid=3\nThreadStack m=3 low=0x2000 high=0x6000 self=3\n"));
  start(1);
  start(2);
  start(3);
  EXPECT_EQ(map_.on_stack(0x1fff), 1u);
  EXPECT_EQ(map_.on_stack(0x2000), 3u);
  EXPECT_EQ(map_.on_stack(0x5fff), 3u);
  EXPECT_EQ(map_.on_stack(0x6000), 2u);
}

TEST_F(ThreadMapTest, OfAForeignThreadOnlyItsHandleIsKnown) {
  map_.begin(*TestGeneration(kThreads));
  send("GoCreateSyscall g=5", 5);
  EXPECT_EQ(map_.thread(0x50040), 5u);
  EXPECT_EQ(map_.on_stack(0), 0u);
}

std::string generation(int number, const std::string& tables) {
  return "Generation gen=" + std::to_string(number) +
         "\nBatch m=0 time=0\nClockSnapshot frequency=1000000000\n" + tables +
         "\nBatch m=0 time=9\nEndOfGeneration reason=next\n";
}

// Tables with one thread more than is wanted: M m has the stack and the pthread_t m * 16.
std::string too_many() {
  std::string tables;
  for (size_t m = 1; m <= ThreadMap::kMost + 1; m++) {
    const std::string number = std::to_string(m), address = std::to_string(m * 16);
    tables += "Thread m=" + number + "\nThreadStack m=" + number + " low=" + address +
              " high=" + std::to_string(m * 16 + 8) + " self=" + address + "\n";
    if (m % 1000 == 0) tables += "Batch m=0 time=0\n";
  }
  return tables;
}

TEST_F(ThreadMapTest, ForgetsTheStacksOfThreadsThatAreNotNamedAnyMore) {
  std::string error;
  Problems problems;
  Reader reader(
      memory_input(assemble(
          generation(1, kThreads) + generation(2, "") + generation(3, "") + "Index\n", error)),
      "test", problems);
  ASSERT_EQ(error, "");
  ASSERT_TRUE(reader.open());
  Generation next;
  for (const uint64_t seen : {2, 2, 0}) {
    ASSERT_TRUE(reader.next(next));
    map_.begin(next);
    if (next.number == 1) start(2);
    EXPECT_EQ(map_.on_stack(0x31000), seen) << next.number;
    EXPECT_EQ(map_.thread(0x38000), 2u) << next.number;
  }
}

TEST_F(ThreadMapTest, KnowsNoMoreThanItWants) {
  std::string error;
  Problems problems;
  Reader reader(
      memory_input(assemble(
          generation(1, too_many()) + generation(2, "") + generation(3, "") + "Index\n", error)),
      "test", problems);
  ASSERT_EQ(error, "");
  ASSERT_TRUE(reader.open());
  Generation next;
  ASSERT_TRUE(reader.next(next));
  map_.begin(next);
  const TestGeneration g("Thread m=9 tid=9", "Batch m=9 time=1\nGoStart g=1\n");
  const auto known = [&] {
    size_t count = 0;
    for (uint64_t m = 1; m <= ThreadMap::kMost + 1; m++) count += map_.thread(m * 16) == m;
    return count;
  };
  size_t laid = 0;
  for (uint64_t m = 1; m <= ThreadMap::kMost + 1; m++) {
    map_.event({g.event(0), 1, m, 1, nullptr});
    laid += map_.on_stack(m * 16) == m;
  }
  EXPECT_EQ(laid, ThreadMap::kMost);
  EXPECT_EQ(known(), ThreadMap::kMost);
  while (reader.next(next)) map_.begin(next);
  EXPECT_EQ(known(), 0u) << "there is room for others";
}

}  // namespace
}  // namespace thrace
