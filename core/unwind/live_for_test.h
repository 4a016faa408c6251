// Stacks of the running test, and libunwind as their judge.
#pragma once

#define UNW_LOCAL_ONLY
#include <gtest/gtest.h>
#include <libunwind.h>
#include <pthread.h>
#include <ucontext.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "core/unwind/capture.h"
#include "core/unwind/walk.h"

namespace thrace::unwind {

inline constexpr uint32_t kDepth = 128;

struct Stack {
  std::vector<uint64_t> frames;
  StackEnd end = StackEnd::Bottom;
};

inline StackBounds own_stack() {
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  const auto address = reinterpret_cast<uint64_t>(low);
  return {address, address + size};
}

// The registers of a context as a frame.
inline Frame frame_of(const ucontext_t& context) {
  const auto& registers = context.uc_mcontext.gregs;
  return {.pc = static_cast<uint64_t>(registers[REG_RIP]),
          .sp = static_cast<uint64_t>(registers[REG_RSP]),
          .bp = static_cast<uint64_t>(registers[REG_RBP]),
          .has_bp = true,
          .interrupted = true};
}

inline Stack walk_from(const ucontext_t& context, StackBounds own, Mode mode = Mode::Rules) {
  uint64_t frames[kDepth];
  const Captured got = walk(frame_of(context), frames, kDepth, own, mode, {});
  return {{frames, frames + got.count}, got.end};
}

// What libunwind says, in capture's form.
inline std::vector<uint64_t> judge(unw_cursor_t& cursor, bool interrupted) {
  std::vector<uint64_t> frames;
  int more = 1;
  do {
    unw_word_t pc = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    if (pc == 0) break;
    frames.push_back(pc + interrupted);
    more = unw_step(&cursor);
    interrupted = unw_is_signal_frame(&cursor) > 0;  // that is, it comes after a signal's frame
  } while (more > 0 && frames.size() < kDepth);
  return frames;
}

inline std::vector<uint64_t> judge_from(const ucontext_t& context) {
  unw_context_t copy = context;
  unw_cursor_t cursor;
  unw_init_local2(&cursor, &copy, UNW_INIT_SIGNAL_FRAME);
  return judge(cursor, true);
}

inline std::string text(const std::vector<uint64_t>& frames) {
  std::string result;
  char number[24];
  for (const uint64_t frame : frames) {
    std::snprintf(number, sizeof number, " %lx", static_cast<unsigned long>(frame));
    result += number;
  }
  return result;
}

// Captures here and compares with libunwind: the first frame is this function's own, at two places
// of it; all others must agree.
[[gnu::noinline]] inline Stack captured_as_judged(StackBounds own) {
  uint64_t frames[kDepth];
  const Captured got = capture(frames, kDepth, own, Mode::Rules);
  unw_context_t context;
  unw_getcontext(&context);
  unw_cursor_t cursor;
  unw_init_local(&cursor, &context);
  const std::vector<uint64_t> judged = judge(cursor, false);
  const Stack stack{{frames, frames + got.count}, got.end};
  EXPECT_EQ(text({stack.frames.begin() + 1, stack.frames.end()}),
            text({judged.begin() + 1, judged.end()}));
  return stack;
}

}  // namespace thrace::unwind
