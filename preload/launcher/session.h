// Starts the collector of a session: a process of its own session, never a child of the program.
#pragma once

#include <sys/types.h>

#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

// Starts `collector` for the process `root` with the settings in `environment`, and waits (bounded)
// for its word.  The path of the arena; throws Failure with the collector's sentence.
std::string start_session(const std::string& collector, const Environment& environment, pid_t root);

// Where arenas are made: shared memory, or the folder of the output where there is none.
std::string arena_folder(const Environment& environment);

}  // namespace thrace
