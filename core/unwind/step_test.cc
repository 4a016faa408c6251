// Every instruction of real calls: the processor's trap flag raises SIGTRAP after each, and the
// stack of the interrupted instruction is walked by us and by libunwind.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "core/unwind/live_for_test.h"

namespace thrace::unwind {
namespace {

constexpr uint64_t kTrapFlag = 0x100;

struct Steps {
  StackBounds own;
  uint64_t all = 0, wrong = 0;
  uint64_t cut = 0;  // right as far as they go
  std::string first_wrong;
} g_steps;

void at_step(int, siginfo_t*, void* data) {
  const auto& context = *static_cast<const ucontext_t*>(data);
  const Stack ours = walk_from(context, g_steps.own);
  const std::vector<uint64_t> judged = judge_from(context);
  g_steps.all++;
  if ((ours.end == StackEnd::NoRule || ours.end == StackEnd::Bounds) &&
      ours.frames.size() <= judged.size() &&
      std::equal(ours.frames.begin(), ours.frames.end(), judged.begin())) {
    g_steps.cut++;
    return;
  }
  if (ours.frames == judged && ours.end == StackEnd::Bottom) return;
  if (g_steps.wrong++ == 0)
    g_steps.first_wrong = text(ours.frames) + "\njudged" + text(judged) + "\nend " +
                          std::to_string(static_cast<int>(ours.end));
}

// Above the red zone, which the compiler may use around inline assembly.
#define SET_FLAGS(instruction)                                     \
  asm volatile("lea -128(%%rsp), %%rsp\n pushfq\n " instruction    \
               "\n popfq\n lea 128(%%rsp), %%rsp" ::"i"(kTrapFlag) \
               : "memory", "cc")

template <typename Body>
[[gnu::noinline]] Steps steps_of(Body body) {
  g_steps = {};
  g_steps.own = own_stack();
  struct sigaction action {
  }, old{};
  action.sa_sigaction = at_step;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGTRAP, &action, &old);
  // A frame of variable size has its CFA in rbp, so SET_FLAGS may move rsp.
  volatile char* variable = static_cast<char*>(__builtin_alloca((g_steps.own.high & 127) + 1));
  variable[0] = 0;
  SET_FLAGS("orq %0, (%%rsp)");
  body();
  SET_FLAGS("andq $~%c0, (%%rsp)");
  sigaction(SIGTRAP, &old, nullptr);
  return g_steps;
}

void expect_right(const Steps& steps, uint64_t at_least, uint64_t cut) {
  std::printf("%lu instructions, %lu stacks cut short\n", static_cast<unsigned long>(steps.all),
              static_cast<unsigned long>(steps.cut));
  EXPECT_GT(steps.all, at_least);
  EXPECT_EQ(steps.wrong, 0u) << steps.first_wrong;
  EXPECT_LE(steps.cut, cut);
}

[[gnu::noinline]] int leaf(int x) { return x * 3 + 1; }
[[gnu::noinline]] int saves_registers(int a, int b, int c) {
  int result = a;
  for (int i = 0; i < 3; i++) result += leaf(b + i) * leaf(c - i) + leaf(result);
  return result;
}
[[gnu::noinline]] int variable(int size) {
  volatile char* bytes = static_cast<char*>(__builtin_alloca(static_cast<size_t>(size)));
  bytes[0] = 1;
  return leaf(bytes[0]);
}
[[gnu::noinline]] int realigned(int x) {
  alignas(64) volatile int words[16];
  words[3] = x;
  return leaf(words[3]) + 1;
}
[[gnu::noinline]] int realigned_and_variable(int x) {
  alignas(64) volatile int words[16];
  volatile char* bytes = static_cast<char*>(__builtin_alloca(static_cast<size_t>(x)));
  words[3] = 1;
  bytes[0] = 1;
  return leaf(words[3] + bytes[0]) + 1;
}

volatile int g_number = 40;

#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kCutInRealigned = 16;  // functions save more registers
#else
constexpr uint64_t kCutInRealigned = 14;
#endif

TEST(Step, CompiledFunctions) {
  const Steps steps = steps_of([] {
    g_number = saves_registers(g_number, 2, 3) & 63;
    g_number = variable(g_number + 100) & 63;
    g_number = realigned(g_number) & 63;
    g_number = realigned_and_variable(g_number + 64) & 63;
  });
  // Where two functions realign their stacks the CFA is in r10, for six instructions each, and when
  // they return the compiler's tables are wrong about rbp: libunwind goes astray, we leave the
  // stack.
  expect_right(steps, 100, kCutInRealigned);
}

// Through the kernel's vDSO.
void look_at_clock() {
#ifdef __SANITIZE_ADDRESS__
  // It reads the clock again when the kernel has moved it meanwhile: with steps that are this slow,
  // each time.  This one reads one word.
  time(nullptr);
#else
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
#endif
}

TEST(Step, Libc) {
  char text[200];
  const Steps steps = steps_of([&] {
    std::snprintf(text, sizeof text, "%d %s %g", 42, "hello", 1.5e10);
    int numbers[] = {5, 3, 9, 1};
    std::qsort(numbers, 4, sizeof numbers[0], [](const void* a, const void* b) {
      return *static_cast<const int*>(a) - *static_cast<const int*>(b);
    });
    free(malloc(std::strlen(text) * 100));
    setenv("THRACE_STEP", text, 1);
    look_at_clock();
  });
  expect_right(steps, 1000, 0);
}

TEST(Step, Handler) {
  signal(SIGUSR1, [](int) { g_number = leaf(g_number) & 63; });
  const Steps steps = steps_of([] { raise(SIGUSR1); });
  expect_right(steps, 30, 0);
}

}  // namespace
}  // namespace thrace::unwind
