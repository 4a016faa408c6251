// Which frames of a stack a reader wants to see.
#pragma once

#include <cstdint>
#include <vector>

#include "decoder/symbols/frame.h"

namespace thrace {

enum class FrameRole : uint8_t {
  Program,
  Tracer,  // thrace's own library: its wrappers, and the routine that starts threads
  Libc,    // the C library and the dynamic linker
  Start,   // what runs before main() or a thread's routine
};

FrameRole role_of(const Frame& frame);

// The part of a stack (innermost first) from the caller of the traced call to the first function of
// the program or thread.  Taken off are, inside, thrace's wrapper and the one libc function behind
// it; outside, all that belongs to libc, thrace or the start; between, thrace's own frames and
// those of libc that only they called.  The whole stack if `show_all`, or if nothing would be left.
std::vector<Frame> trim(std::vector<Frame> stack, bool show_all);

}  // namespace thrace
