// Taking call stacks.
#include "core/tracer/call_stack.h"

#include "core/unwind/capture.h"

namespace thrace {

CallStack capture_stack(uint64_t* room) {
  unwind::StackBounds own;
  if (const Thread* m = t_local.m)
    own = {m->stack_low.load(std::memory_order_relaxed),
           m->stack_high.load(std::memory_order_relaxed)};
  const auto mode = g_guest.frame_pointers ? unwind::Mode::FramePointers : unwind::Mode::Rules;
  const unwind::Captured captured = unwind::capture(room, g_guest.stack_depth, own, mode);
  return {room, captured.count, captured.end};
}

}  // namespace thrace
