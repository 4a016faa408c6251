// Stacks of green threads: what the outermost frame returns to is a function, not a call, and above
// it lies a page that cannot be read (W3).
#include <sys/mman.h>

#include <csetjmp>

#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

// Functions that touch each other: the end of one is the begin of the next.
asm(R"(
  .pushsection .text
  .p2align 4
fiber_front:                 # the function in front of the one that runs at the end
  .cfi_startproc
  ret
  .cfi_endproc
fiber_finish:
  .cfi_startproc
  ud2
  .cfi_endproc
  .p2align 4
fiber_front_of_bare:
  .cfi_startproc
  ret
  .cfi_endproc
fiber_bare_finish:           # has no tables itself
  ud2
  .p2align 4
fiber_never_returns:         # calls the function in rdi, which does not return
  .cfi_startproc
  sub $8, %rsp
  .cfi_adjust_cfa_offset 8
  call *%rdi
  .cfi_endproc
  .popsection
)");
extern "C" {
[[gnu::visibility("hidden")]] void fiber_front();
[[gnu::visibility("hidden")]] void fiber_finish();
[[gnu::visibility("hidden")]] void fiber_front_of_bare();
[[gnu::visibility("hidden")]] void fiber_bare_finish();
[[gnu::visibility("hidden")]] void fiber_never_returns(void (*callee)());
}

namespace thrace::unwind {
namespace {

uint64_t address_of(void (*function)()) { return reinterpret_cast<uint64_t>(function); }

// A stack with a page above it that cannot be read.
class FiberTest : public testing::Test {
 protected:
  static constexpr size_t kSize = 64 << 10, kPage = 4096;

  void SetUp() override {
    void* const memory =
        mmap(nullptr, kSize + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    memory_ = static_cast<char*>(memory);
    ASSERT_EQ(mprotect(memory_ + kSize, kPage, PROT_NONE), 0);
    top_ = reinterpret_cast<uint64_t*>(memory_ + kSize);
  }
  void TearDown() override { munmap(memory_, kSize + kPage); }

  // The stack of a function that was just entered, at `pc`.
  Stack walk_at(uint64_t pc, StackBounds own = {}) const {
    uint64_t frames[kDepth];
    const Frame first{
        .pc = pc, .sp = reinterpret_cast<uint64_t>(top_ - 1), .bp = 0, .interrupted = true};
    const Captured got = walk(first, frames, kDepth, own, Mode::Rules, {});
    return {{frames, frames + got.count}, got.end};
  }

  char* memory_ = nullptr;
  uint64_t* top_ = nullptr;
};

TEST_F(FiberTest, TheFunctionThatRunsAtTheEndIsTheLastFrame) {
  const struct {
    uint64_t front, finish;
  } cases[] = {{address_of(fiber_front), address_of(fiber_finish)},
               {address_of(fiber_front_of_bare), address_of(fiber_bare_finish)}};
  for (const auto& [front, finish] : cases) {
    ASSERT_EQ(finish, front + 1);
    for (const bool known : {false, true}) {  // the rule
      top_[-1] = finish;
      if (!known) g_rules.forget();
      const Stack stack = walk_at(front);
      EXPECT_EQ(text(stack.frames), text({front + 1, finish}));
      EXPECT_EQ(stack.end, StackEnd::NoRule);
    }
  }
}

TEST_F(FiberTest, OnTheOwnStackItIsFollowedToTheBound) {
  top_[-1] = address_of(fiber_finish);
  const auto low = reinterpret_cast<uint64_t>(memory_);
  const Stack stack = walk_at(address_of(fiber_front), {low, low + kSize});
  EXPECT_EQ(stack.frames.size(), 2u);
  EXPECT_EQ(stack.end, StackEnd::Bounds);
}

TEST_F(FiberTest, ACallThatNeverReturnsIsCrossedOnTheOwnStack) {
  static StackBounds own;
  static Stack seen;
  static jmp_buf back;
  own = own_stack();
  if (setjmp(back) == 0)
    fiber_never_returns([] {
      seen = captured_as_judged(own);
      longjmp(back, 1);
    });
  EXPECT_GT(seen.frames.size(), 4u);
  EXPECT_EQ(seen.end, StackEnd::Bottom);
}

TEST(Rule, OfTheLastByteIsHeldOrGone) {
  using enum Rule::Cfa;
  using Saved = Rule::Saved;
  const Rule kept[] = {
      Rule::make(Rsp, 8, 0, Saved::Same, 0), Rule::make(Rsp, (128 << 10) - 8, 0, Saved::AtCfa, -16),
      Rule::make(Rbp, 16, 0, Saved::AtCfa, -16), Rule::make(AtRbp, -8, 0, Saved::AtRbp, 0),
      Rule::make(AtRsp, 4096, 120, Saved::Lost, 0)};
  for (const Rule rule : kept) {
    ASSERT_NE(rule, Rule(None));
    EXPECT_EQ(rule.held(), rule);
    EXPECT_EQ(rule.as_last().cfa(), None);
    EXPECT_NE(rule.as_last(), Rule(None));
    EXPECT_EQ(rule.as_last().held(), rule);
  }
  EXPECT_EQ(Rule::make(Rsp, 128 << 10, 0, Saved::Same, 0).as_last(), Rule(None));
  for (const Rule::Cfa cfa : {Unknown, Signal, Bottom, None}) {
    EXPECT_EQ(Rule(cfa).as_last(), Rule(cfa));
    EXPECT_EQ(Rule(cfa).held(), Rule(cfa));
    EXPECT_EQ(Rule(cfa).is_special(), cfa == Unknown || cfa == None);
  }
}

}  // namespace
}  // namespace thrace::unwind
