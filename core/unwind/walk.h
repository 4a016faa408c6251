// The walk from a set of registers down to the bottom of their stack.
//
// Rules
//   W1  On the thread's own stack, and on the alternate one that a signal's frame tells the bounds
//       of, no word outside of it is read, whatever the tables and the registers are.
//   W2  Of any other stack (coroutines, green threads) nobody knows the end.  Where each frame is
//       one that a call made, what the rules lead to is there: kForeignStack is no proof, it bounds
//       what bad tables do.
//   W3  The outermost frame of such a stack may be no call's: its return address is a function that
//       runs when the thread ends, and above it may lie a page that cannot be read.  The byte in
//       front of that function is the last one of another, if it is anybody's.  So on such a stack
//       a walk ends with NoRule at a return address that is behind the last byte of a function
//       (Rule::as_last): in rare cases a call that never returns, for which it ends too early.
//   W4  A stack with more frames than were asked for is walked on, for kMostWalked frames in all, and
//       loses frames from its middle: the innermost tell what waits, the outermost whose work it is.
#pragma once

#include <cstdint>

#include "core/unwind/capture.h"

namespace thrace::unwind {

// What is known of a frame.
struct Frame {
  uint64_t pc = 0, sp = 0, bp = 0;
  bool has_bp = true;        // false: bp could not be found
  bool interrupted = false;  // pc is the next instruction, not a return address
};

// A range of code, [low, high).
struct CodeRange {
  uint64_t low = 0, high = 0;

  constexpr bool contains(uint64_t pc) const { return pc >= low && pc < high; }
};

// Writes the frames from `frame` on, as capture does.  Mode::FramePointers begins with the first
// frame whose pc is outside of `by_rules`; those before it are found by rules.
Captured walk(const Frame& frame, uint64_t* frames, uint32_t limit, StackBounds own, Mode mode,
              CodeRange by_rules);

// A stack that is not the thread's own (alternate, coroutine) is followed so far.
inline constexpr uint64_t kForeignStack = 256 << 10;

// Frame pointers further apart than this are none (the bound is gperftools').
inline constexpr uint64_t kMaxFrame = 128 << 10;

}  // namespace thrace::unwind
