// A timer whose handler captures while captures and learning are under way, and jumps out of them.
#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <csetjmp>
#include <csignal>
#include <thread>

#include "core/unwind/learn.h"
#include "core/unwind/learners.h"
#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

constexpr int kTimerMicroseconds = 80;
// Handlers inside of each other that capture: however slow they are, the stack fits kDepth.
constexpr int kMostNested = 6;

struct Storm {
  StackBounds own;
  sigjmp_buf back;
  volatile bool jumps = false;
  volatile int nested = 0;
  std::atomic<uint64_t> ticks{0}, bad{0}, busy{0}, deep{0};
  uint64_t bottom = 0;  // the outermost frame of all stacks of this thread
} g_storm;

void judge_stack(const uint64_t* frames, Captured got) {
  if (got.end == StackEnd::Busy) {
    g_storm.busy++;
    return;
  }
  // Where a tick takes less time than to enter its handler, handlers pile up before they count.
  if (got.end == StackEnd::Depth) {
    g_storm.deep++;
    return;
  }
  if (got.end != StackEnd::Bottom || frames[got.count - 1] != g_storm.bottom) g_storm.bad++;
}

void at_tick(int, siginfo_t*, void*) {
  if (g_storm.nested >= kMostNested) return;
  g_storm.nested = g_storm.nested + 1;
  uint64_t frames[kDepth];
  judge_stack(frames, capture(frames, kDepth, g_storm.own, Mode::Rules));
  const int before = g_storm.nested - 1;
  if (++g_storm.ticks % 3 == 0 && g_storm.jumps) {
    g_storm.nested = 0;
    siglongjmp(g_storm.back, 1);
  }
  g_storm.nested = before;
}

class StormTest : public testing::Test {
 protected:
  void SetUp() override {
    g_storm.own = own_stack();
    g_storm.ticks = g_storm.bad = g_storm.busy = g_storm.deep = 0;
    uint64_t frames[kDepth];
    const Captured got = capture(frames, kDepth, g_storm.own, Mode::Rules);
    ASSERT_EQ(got.end, StackEnd::Bottom);
    g_storm.bottom = frames[got.count - 1];
    struct sigaction action {};
    action.sa_sigaction = at_tick;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGALRM, &action, nullptr);
    const itimerval timer{{0, kTimerMicroseconds}, {0, kTimerMicroseconds}};
    setitimer(ITIMER_REAL, &timer, nullptr);
  }
  void TearDown() override {
    const itimerval none{};
    setitimer(ITIMER_REAL, &none, nullptr);
    std::printf("%lu ticks, %lu captures that found tables busy\n",
                static_cast<unsigned long>(g_storm.ticks),
                static_cast<unsigned long>(g_storm.busy));
  }
};

// Learns everything anew, again and again.
void capture_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    g_rules.forget();
    uint64_t frames[kDepth];
    judge_stack(frames, capture(frames, kDepth, g_storm.own, Mode::Rules));
  }
}

// A second; longer where a busy machine does not come to enough ticks.
bool goes_on(std::chrono::steady_clock::time_point begin) {
  const auto lasted = std::chrono::steady_clock::now() - begin;
  return lasted < std::chrono::seconds(g_storm.ticks > 100 ? 1 : 30);
}

TEST_F(StormTest, HandlersInsideOfCaptures) {
  g_storm.jumps = false;
  const auto begin = std::chrono::steady_clock::now();
  while (goes_on(begin)) capture_for(std::chrono::milliseconds(100));
  EXPECT_GT(g_storm.ticks, 100u);
  EXPECT_EQ(g_storm.bad, 0u);
  EXPECT_LE(g_storm.deep, g_storm.ticks / 10);
  EXPECT_EQ(g_storm.busy, 0u);
}

TEST_F(StormTest, JumpsOutOfCaptures) {
  const auto begin = std::chrono::steady_clock::now();
  g_storm.jumps = true;
  while (goes_on(begin)) {
    if (sigsetjmp(g_storm.back, 1)) continue;
    capture_for(std::chrono::milliseconds(1000));
  }
  g_storm.jumps = false;
  EXPECT_GT(g_storm.ticks, 100u);
  EXPECT_EQ(g_storm.bad, 0u);
  EXPECT_LE(g_storm.deep, g_storm.ticks / 10);

  // What a jump left behind does not hold up an unload of this thread, nor learning after it.
  begin_unload();
  end_unload();
  uint64_t frames[kDepth];
  EXPECT_EQ(capture(frames, kDepth, g_storm.own, Mode::Rules).end, StackEnd::Bottom);
}

TEST_F(StormTest, ManyThreads) {
  g_storm.jumps = false;
  std::atomic<uint64_t> bad{0};
  sigset_t alarm;  // its handler judges by the main thread's stack
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&bad] {
      const StackBounds own = own_stack();
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
      while (std::chrono::steady_clock::now() < end) {
        uint64_t frames[kDepth];
        if (capture(frames, kDepth, own, Mode::Rules).end != StackEnd::Bottom) bad++;
      }
    });
  pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  capture_for(std::chrono::milliseconds(500));
  threads.clear();
  EXPECT_EQ(bad, 0u);
  EXPECT_EQ(g_storm.bad, 0u);
  EXPECT_LE(g_storm.deep, g_storm.ticks / 10);
}

}  // namespace
}  // namespace thrace::unwind
