// The registrations of the wait table (rules W1-W4 of wait_table.h).
#pragma once

#include "core/tracer/guest.h"

namespace thrace::waiters {

// Registers the M as waiting for `object`; returns the bucket's last release as it was before.
THRACE_HIDDEN uint64_t join(Thread& m, uint64_t object, uint64_t stamp, uint64_t since);

// Ends the M's registration, wherever a requeue has moved it.
THRACE_HIDDEN void leave(Thread& m);

// The first live M of this process of which `is` is true; nullptr: there is none.  Looks at all
// that have been, so it is not for the inside of a gate.
template <typename Is>
Thread* find(Is is) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const uint32_t created = g_guest.header->next_m.load(relaxed);  // slots are given out in order
  for (uint32_t slot = 1; slot <= (created < kThreads ? created : kThreads); slot++) {
    Thread& m = thread_of(slot);
    if (is(m) && m.process.load(relaxed) == g_guest.process &&
        m.phase.load(relaxed) == ThreadPhase::Live)
      return &m;
  }
  return nullptr;
}

// The id of the M of this process with this kernel tid; 0 if there is none.
THRACE_HIDDEN uint32_t m_of_tid(uint32_t tid);

}  // namespace thrace::waiters
