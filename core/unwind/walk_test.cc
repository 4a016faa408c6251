// Live stacks of many shapes, judged by libunwind: calls, handlers, other stacks, small stacks.
#include "core/unwind/walk.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "core/unwind/frame_list.h"
#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

StackBounds g_own;
Stack g_seen;
std::atomic<int> g_sink;

[[gnu::noinline]] void see() { g_seen = captured_as_judged(g_own); }

class WalkTest : public testing::Test {
 protected:
  void SetUp() override {
    g_own = own_stack();
    g_seen = {};
  }
};

[[gnu::noinline]] void recurse(int depth) {
  if (depth)
    recurse(depth - 1);
  else
    see();
  g_sink += depth;  // not a tail call
}

TEST_F(WalkTest, Recursion) {
  recurse(20);
  EXPECT_GT(g_seen.frames.size(), 22u);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

TEST_F(WalkTest, NoMoreThanAskedFor) {
  uint64_t frames[kDepth];
  for (uint32_t limit = 0; limit < 4; limit++) {  // too few for two ends
    const Captured got = capture(frames, limit, g_own, Mode::Rules);
    EXPECT_EQ(got.count, limit);
    EXPECT_EQ(got.end, StackEnd::Depth);
  }
}

TEST_F(WalkTest, BottomIsToldFromDepth) {
  uint64_t frames[kDepth];
  const Captured all = capture(frames, kDepth, g_own, Mode::Rules);
  ASSERT_EQ(all.end, StackEnd::Bottom);
  EXPECT_EQ(capture(frames, all.count, g_own, Mode::Rules).end, StackEnd::Bottom);
  EXPECT_EQ(capture(frames, 3, g_own, Mode::Rules).end, StackEnd::Depth);
}

// Of a stack that is deeper than asked for both ends are there, and how much of the middle is not.
TEST_F(WalkTest, BothEndsOfADeepStack) {
  recurse(60);
  const std::vector<uint64_t>& all = g_seen.frames;
  ASSERT_LE(all.size(), kDepth);
  for (uint32_t limit = 4; limit < all.size(); limit++) {
    uint64_t frames[kDepth];
    FrameList list(frames, limit);
    for (const uint64_t frame : all) ASSERT_TRUE(list.add(frame));
    const Captured got = list.ended(StackEnd::Bottom);
    ASSERT_EQ(got.count, limit);
    ASSERT_EQ(got.end, StackEnd::Bottom);
    const uint32_t outer = std::min(limit / 4, 8u), inner = limit - outer - 1;
    EXPECT_TRUE(std::equal(frames, frames + inner, all.begin()));
    EXPECT_EQ(frames[inner], all.size() - inner - outer);
    EXPECT_TRUE(is_gap(frames[inner]));
    EXPECT_TRUE(std::equal(frames + inner + 1, frames + limit, all.end() - outer));
  }
}

// What is captured below so many calls, of 32 frames at most.
struct Deep {
  uint64_t frames[kDepth];
  Captured got;

  [[gnu::noinline]] void below(int calls) {
    if (calls)
      below(calls - 1);
    else
      got = capture(frames, 32, g_own, Mode::Rules);
    g_sink += calls;
  }
};

TEST_F(WalkTest, ADeepStackIsWalkedToItsBottom) {
  Deep deep;
  deep.below(150);
  EXPECT_EQ(deep.got.count, 32u);
  EXPECT_EQ(deep.got.end, StackEnd::Bottom);
  EXPECT_TRUE(is_gap(deep.frames[23]));
  EXPECT_GT(deep.frames[23], 120u);
  recurse(0);  // its outermost frame is that of every stack of this thread
  EXPECT_EQ(deep.frames[31], g_seen.frames.back());
}

// One that is deeper still: its end is not looked for.
TEST_F(WalkTest, AVeryDeepStackHasItsInnermostFrames) {
  Deep deep;
  deep.below(300);
  EXPECT_EQ(deep.got.count, 32u);
  EXPECT_EQ(deep.got.end, StackEnd::Depth);
  for (uint32_t i = 0; i < deep.got.count; i++) EXPECT_FALSE(is_gap(deep.frames[i])) << i;
}

TEST_F(WalkTest, CallbackOfLibc) {
  int numbers[] = {3, 1, 2};
  std::qsort(numbers, 3, sizeof numbers[0], [](const void* a, const void* b) {
    if (g_seen.frames.empty()) see();
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
  });
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

TEST_F(WalkTest, VariableFrames) {
  for (const size_t size : {16u, 1000u, 100'000u}) {
    volatile char* bytes = static_cast<char*>(__builtin_alloca(size));
    bytes[0] = 1;
    see();
    EXPECT_EQ(g_seen.end, StackEnd::Bottom);
  }
}

[[gnu::noinline]] void realigned() {
  alignas(64) volatile char bytes[64];
  bytes[0] = 1;
  EXPECT_EQ(reinterpret_cast<uint64_t>(&bytes) % 64, 0u);
  see();
  g_sink += bytes[0];
}

[[gnu::noinline]] void realigned_and_variable(size_t size) {
  alignas(64) volatile char bytes[64];
  volatile char* more = static_cast<char*>(__builtin_alloca(size));
  bytes[0] = 1;
  more[0] = 1;
  see();
  g_sink += bytes[0] + more[0];
}

TEST_F(WalkTest, RealignedFrames) {
  realigned();
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
  realigned_and_variable(100);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

void install(int signal, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  ASSERT_EQ(sigaction(signal, &action, nullptr), 0);
}

TEST_F(WalkTest, HandlerOnTheSameStack) {
  install(
      SIGUSR1, [](int, siginfo_t*, void*) { recurse(3); }, 0);
  raise(SIGUSR1);
  EXPECT_GT(g_seen.frames.size(), 10u);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

class OnAlternateStack : public WalkTest {
 protected:
  void SetUp() override {
    WalkTest::SetUp();
    const stack_t alternate{.ss_sp = memory_, .ss_flags = 0, .ss_size = sizeof memory_};
    ASSERT_EQ(sigaltstack(&alternate, nullptr), 0);
  }
  void TearDown() override {
    const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    sigaltstack(&none, nullptr);
  }
  alignas(16) static inline char memory_[256 << 10];
};

TEST_F(OnAlternateStack, HandlerIsCrossedToTheOwnStack) {
  install(
      SIGUSR1, [](int, siginfo_t*, void*) { recurse(3); }, SA_ONSTACK);
  raise(SIGUSR1);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

TEST_F(OnAlternateStack, HandlerInAHandler) {
  install(
      SIGUSR2, [](int, siginfo_t*, void*) { recurse(3); }, SA_ONSTACK);
  install(
      SIGUSR1, [](int, siginfo_t*, void*) { raise(SIGUSR2); }, SA_ONSTACK);
  raise(SIGUSR1);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

[[gnu::noinline]] void raise_below(size_t bytes) {
  auto* const room = static_cast<volatile char*>(__builtin_alloca(bytes));
  room[0] = 1;
  raise(SIGUSR1);
  g_sink += room[0];
}

// The stack that was interrupted goes on beyond where an unknown one is believed to end.
TEST_F(WalkTest, FromAnAlternateStackBelowTheOwn) {
  constexpr size_t kAlternate = 64 << 10, kOwn = 2 << 20, kLeft = 128 << 10;
  alignas(4096) static char memory[kAlternate + kOwn];
  install(
      SIGUSR1, [](int, siginfo_t*, void*) { recurse(3); }, SA_ONSTACK);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstack(&attributes, memory + kAlternate, kOwn), 0);
  pthread_t thread;
  const auto run = [](void*) -> void* {
    g_own = own_stack();
    const stack_t alternate{.ss_sp = memory, .ss_flags = 0, .ss_size = kAlternate};
    stack_t before;
    EXPECT_EQ(sigaltstack(&alternate, &before), 0);
    const auto here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
    raise_below(here - g_own.low - kLeft);
    EXPECT_EQ(sigaltstack(&before, nullptr), 0);  // AddressSanitizer unmaps that which is left
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, nullptr), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_GT(g_seen.frames.size(), 6u);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
}

TEST_F(WalkTest, Coroutine) {
  static char memory[256 << 10];
  static ucontext_t back, inside;
  getcontext(&inside);
  inside.uc_stack = {.ss_sp = memory, .ss_flags = 0, .ss_size = sizeof memory};
  inside.uc_link = &back;
  makecontext(
      &inside, [] { recurse(5); }, 0);
  swapcontext(&back, &inside);
  EXPECT_GE(g_seen.frames.size(), 8u);
  // The outermost return address is the first of glibc's __start_context: no code lies before it.
  EXPECT_EQ(g_seen.end, StackEnd::NoRule);
}

TEST_F(WalkTest, SmallThreadThatLearns) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 16 << 10), 0);
  pthread_t thread;
  g_rules.forget();
  const auto body = [](void*) -> void* {
    static uint64_t frames[kDepth];
    const Captured got = capture(frames, kDepth, own_stack(), Mode::Rules);
    g_seen = {{frames, frames + got.count}, got.end};
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, body, nullptr), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(g_seen.end, StackEnd::Bottom);
  EXPECT_GE(g_seen.frames.size(), 3u);
}

TEST_F(WalkTest, NothingIsReadBeyondTheBounds) {
  recurse(10);
  const Stack whole = g_seen;
  const auto here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  for (uint64_t high = here & ~uint64_t{7}; high < here + 512; high += 8) {
    uint64_t frames[kDepth];
    const Captured got = capture(frames, kDepth, {g_own.low, high}, Mode::Rules);
    EXPECT_EQ(got.end, StackEnd::Bounds);
    EXPECT_LT(got.count, whole.frames.size());
  }
}

TEST_F(WalkTest, CodeOfNoModuleIsTheLastFrame) {
  uint64_t stack[8] = {};
  const auto sp = reinterpret_cast<uint64_t>(stack);
  uint64_t frames[kDepth];
  const Captured got = walk({.pc = 0x10'0000, .sp = sp, .bp = 0}, frames, kDepth,
                            {sp, sp + sizeof stack}, Mode::Rules, {});
  EXPECT_EQ(got.count, 1u);
  EXPECT_EQ(frames[0], 0x10'0000u);
  EXPECT_EQ(got.end, StackEnd::NoRule);
}

// Frame pointers: a stack made by hand.
class ChainTest : public testing::Test {
 protected:
  static constexpr uint64_t kCode = 0x40'0000;

  // A frame at `at` whose caller's is at `next`.
  void link(size_t at, uint64_t next, uint64_t pc) {
    stack_[at] = next;
    stack_[at + 1] = pc;
  }
  uint64_t address(size_t at) const { return reinterpret_cast<uint64_t>(stack_ + at); }
  Stack chain(size_t bp, uint64_t low, uint64_t high) {
    uint64_t frames[kDepth];
    const Frame first{.pc = kCode, .sp = address(0), .bp = address(bp)};
    const Captured got = walk(first, frames, kDepth, {low, high}, Mode::FramePointers, {});
    return {{frames, frames + got.count}, got.end};
  }
  Stack chain(size_t bp) { return chain(bp, address(0), address(kWords)); }

  static constexpr size_t kWords = 1 << 16;
  static inline uint64_t stack_[kWords];
};

TEST_F(ChainTest, EndsWithZero) {
  link(4, address(8), kCode + 1);
  link(8, address(100), kCode + 2);
  link(100, 0, kCode + 3);
  const Stack stack = chain(4);
  EXPECT_EQ(stack.frames, (std::vector<uint64_t>{kCode, kCode + 1, kCode + 2, kCode + 3}));
  EXPECT_EQ(stack.end, StackEnd::Bottom);
}

TEST_F(ChainTest, RefusesWhatIsNoFrame) {
  const struct {
    const char* what;
    uint64_t next;
  } cases[] = {{"itself", address(8)},
               {"backwards", address(4)},
               {"not aligned", address(12) + 4},
               {"beyond the stack", address(kWords)},
               {"half beyond", address(kWords - 1)},
               {"too far", address(8) + kMaxFrame + 64},
               {"a number", 1}};
  for (const auto& [what, next] : cases) {
    link(4, address(8), kCode + 1);
    link(8, next, kCode + 2);
    link(12, 0, kCode + 3);
    const Stack stack = chain(4);
    EXPECT_EQ(stack.frames, (std::vector<uint64_t>{kCode, kCode + 1, kCode + 2})) << what;
    EXPECT_EQ(stack.end, StackEnd::Bounds) << what;
  }
}

TEST_F(ChainTest, ReadsNothingOnAnUnknownStack) {
  link(4, 0, kCode + 1);
  const Stack stack = chain(4, 0, 0);
  EXPECT_EQ(stack.frames, std::vector<uint64_t>{kCode});
  EXPECT_EQ(stack.end, StackEnd::Bounds);
}

// The part of ours is played by this program, the part of the traced one by a module that keeps
// rbp.
TEST(Chain, OfCompiledCode) {
  void* const handle = dlopen(THRACE_PLUGIN_FRAMED, RTLD_NOW);
  ASSERT_TRUE(handle) << dlerror();
  using Deep = int (*)(int, void (*)());
  const auto deep = reinterpret_cast<Deep>(dlsym(handle, "plugin_deep"));
  static uint64_t rules[kDepth], pointers[kDepth];
  static Captured by_rules, by_pointers;
  g_own = own_stack();
  deep(10, [] {
    by_rules = capture(rules, kDepth, g_own, Mode::Rules);
    by_pointers = capture(pointers, kDepth, g_own, Mode::FramePointers);
  });
  // The two calls of capture; the lambda's caller and 11 times `plugin_deep`, then this function.
  constexpr uint32_t kSame = 1 + 1 + 11 + 1;
  ASSERT_GE(by_rules.count, kSame);
  ASSERT_GE(by_pointers.count, kSame);
  const auto expected = std::vector<uint64_t>(rules + 1, rules + kSame);
  EXPECT_EQ(text({pointers + 1, pointers + kSame}), text(expected));
  dlclose(handle);
}

}  // namespace
}  // namespace thrace::unwind
