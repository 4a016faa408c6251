// Signal handlers in the middle of a wait or a system call, and waits that were jumped out of.
//
// A handler that runs while its G is Waiting or in a Syscall and makes a traced call would write events
// that are illegal in that state.  settle() first ends the outer state in the trace (Interrupted, or
// Abandoned if the outer call is no longer on the stack), and restore() takes it up again when the
// handler's call is done.  So the trace stays legal at each step, and a handler's own computing counts
// as waiting.
#pragma once

#include "core/tracer/gate.h"

namespace thrace {

// What a G was doing when a signal handler interrupted it and made a traced call.
struct Interrupted {
  Status status = Status::None;  // None: nothing to restore
  uint32_t detail = 0;
  uint64_t object = 0;
  uint64_t holder_tid = 0;
  uint64_t frame = 0;
};

// The word by which a Wait or Call on the stack proves that it has not been overwritten.
struct Canary {
  uint64_t word = 0;

  void set() { word = value(); }
  void clear() { word = 0; }
  // May be asked of a frame that is gone, which a sanitizer would report.
  [[gnu::no_sanitize_address]] bool alive() const { return word == value(); }
  uint64_t address() const { return reinterpret_cast<uint64_t>(this); }

 private:
  uint64_t value() const { return reinterpret_cast<uint64_t>(this) ^ 0x7468726163652121; }
};

// Makes the G of the gate Running.  `frame`: the address of the caller's Canary.
THRACE_HIDDEN void settle_cold(const TraceLocker& gate, uint64_t frame, Interrupted& outer);
inline void settle(const TraceLocker& gate, uint64_t frame, Interrupted& outer) {
  if (gate.status() != Status::Running) [[unlikely]] settle_cold(gate, frame, outer);
}

// Takes up what settle() interrupted.
THRACE_HIDDEN void restore_cold(const TraceLocker& gate, const Interrupted& outer);
inline void restore(const TraceLocker& gate, const Interrupted& outer) {
  if (outer.status != Status::None) [[unlikely]] restore_cold(gate, outer);
}

// The calling thread is about to jump (longjmp) to a frame with this stack pointer: ends what the jump
// leaves behind, gates as well as waits and calls.  Without this word it is found out later.
void leave_by_jump(uint64_t target);

}  // namespace thrace
