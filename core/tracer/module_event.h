// The records of modules: what is mapped for execution, and what no longer is.
//
// Like every function that opens a gate: from any thread, no lock, no system call, errno untouched.
// False if nothing was written: not recording, or no room (counted as lost, T8).
#pragma once

#include <cstdint>

namespace thrace {

struct ModuleImage {
  uint32_t id = 0;     // counts from 1 in a process image, never used again
  uint64_t bias = 0;   // what to add to an address of the file
  uint64_t start = 0;  // [start, end): all of its segments, whole pages
  uint64_t end = 0;
  const char* build = "";  // build-id in hex, at most kMaxBuildText characters
  const char* path = "";   // a longer one than a record can hold loses its end
};

inline constexpr uint32_t kMaxBuildText = 64;

bool record_module(const ModuleImage& module);
bool record_module_gone(uint32_t id);

// Gives the records of this M to the collector now, not when its chunk is full: the child of a fork
// may have ended by then, and its modules are known from these records.
void hand_over_modules();

}  // namespace thrace
