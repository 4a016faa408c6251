// The record of a name that the program gives to an object.
#pragma once

#include <cstdint>

#include "core/tracer/guest.h"

namespace thrace {

// `name`: cut to kMaxLabel bytes; "": it has none any longer.  From any thread and signal handler,
// no lock, no system call, errno untouched.
THRACE_HIDDEN void record_object_name(uint64_t object, uint32_t size, const char* name);

}  // namespace thrace
