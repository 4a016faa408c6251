// Thread slots of the arena: taken by those who start or meet a thread, given back by the collector
// when the thread is gone, or at once by a taker who did not need it.
#pragma once

#include "core/tracer/guest.h"

namespace thrace::slots {

// A slot with a new M id, cleared, in phase Free until its taker says otherwise.  0: all are in use.
// From any thread and signal handler.
THRACE_HIDDEN uint32_t take();

// Gives back a slot on which no thread has run.
THRACE_HIDDEN void give_back(uint32_t slot);

}  // namespace thrace::slots
