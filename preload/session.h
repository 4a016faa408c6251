// Starting a collector, if nobody has started one for us.
#pragma once

#include "preload/text.h"

namespace thrace {

struct Session {
  Text<4096> arena;   // path
  Text<512> failure;  // empty: started
};

// Starts thrace-collect as a process of its own, waits until it is ready (at most 5 s for each of
// the three places where the arena may lie) and says which arena it has made.  Leaves no child,
// descriptor or signal behind.
[[gnu::visibility("hidden")]] void start_session(const char* const* environment, Session& session);

}  // namespace thrace
