// Mapping the session's arena into the program, and making the tracer's own pages ready.
#pragma once

#include "core/arena/layout.h"

namespace thrace {

struct Attached {
  char* base = nullptr;      // nullptr: not attached
  bool light_fence = false;  // see start_process()
  bool over = false;         // not attached because the session has ended: no reason to complain
  const char* reason = "";   // why not attached
};

// Maps the arena at `path`.  The descriptor is closed again.
[[gnu::visibility("hidden")]] Attached attach(const char* path);

}  // namespace thrace
