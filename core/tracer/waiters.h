// The registrations of the wait table (rules W1-W4 of wait_table.h).
#pragma once

#include "core/tracer/guest.h"

namespace thrace::waiters {

// Registers the M as waiting for `object`; returns the bucket's last release as it was before.
THRACE_HIDDEN uint64_t join(Thread& m, uint64_t object, uint64_t stamp, uint64_t since);

// Ends the M's registration, wherever a requeue has moved it.
THRACE_HIDDEN void leave(Thread& m);

// The id of the M of this process with this kernel tid; 0 if there is none.
THRACE_HIDDEN uint32_t m_of_tid(uint32_t tid);

}  // namespace thrace::waiters
