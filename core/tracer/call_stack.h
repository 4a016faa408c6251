// Call stacks of events: taken before the gate is opened, written with the record (E4).
#pragma once

#include "core/format/event.h"
#include "core/tracer/guest.h"

namespace thrace {

// Frames in the taker's own memory, innermost first.
struct CallStack {
  const uint64_t* frames = nullptr;
  uint32_t count = 0;  // 0: no stack
  StackEnd end = StackEnd::None;

  // The words that it adds to a record.
  uint32_t words() const { return count ? 1 + count : 0; }
};

// Takes the calling thread's stack into `room`.  From anywhere (core/unwind/capture.h); not while a
// gate is open: it may learn, which takes microseconds (design: T4).
THRACE_HIDDEN CallStack capture_stack(uint64_t* room);

// The same on the caller's frame, which grows by 8 bytes for each frame that was asked for (G8: 256
// by default).  No stack if none was asked for, or if this thread's calls pass through.
[[gnu::always_inline]] inline CallStack take_stack() {
  const uint32_t depth = g_guest.stack_depth;
  if (!depth || t_local.muted) return {};
  return capture_stack(static_cast<uint64_t*>(__builtin_alloca(depth * sizeof(uint64_t))));
}

}  // namespace thrace
