// How a leftover arena (its collector died) is read as a trace: declared here for the decoder,
// implemented by the collector's own code.
#pragma once

#include <string>
#include <vector>

namespace thrace {

// A whole trace file in memory: what the collector would have written for one process image.
struct SalvagedTrace {
  std::string name;  // as the collector would have named the file
  std::string data;
};

// True if the file at `path` starts like an arena.  False too if it cannot be read.
bool is_arena(const std::string& path);

// Reads all process images that an arena holds.  On failure the result is empty and `error` is one
// sentence.  The arena file is not changed.
std::vector<SalvagedTrace> salvage_arena(const std::string& path, std::string& error);

}  // namespace thrace
