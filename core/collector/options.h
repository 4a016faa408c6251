// What the collector is told: its command line and one THRACE_* variable for each option.
#pragma once

#include <cstdint>
#include <string>

#include "core/arena/layout.h"

namespace thrace::collector {

// Whether the trace is forced to the disk.  The default is not to: what was written survives the
// end of every process, and only a crash of the kernel or a power failure can take it; forcing it
// costs the traced program its share of the disk.
enum class Sync : uint8_t { None, Generation, End };

struct Options {
  std::string arena;
  int ready_fd = -1;
  int32_t root_pid = 0;  // 0: none

  std::string output = "thrace.%e.%p.thr";  // absolute once read
  bool force = false;
  size_t buffer = kDefaultArena;
  int level = 1;
  uint64_t period = 1'000'000'000;  // ns
  bool stress = false;
  bool wait_on_full = false;
  ClockKind clock = ClockKind::Monotonic;
  bool stacks = true;         // events carry call stacks
  uint32_t stack_depth = 32;  // of so many frames
  bool frame_pointers = false;
  std::string log;
  Sync sync = Sync::None;
  std::string variables;  // "NAME=value\n" of each THRACE_* variable
};

// Reads the command line.  False and one sentence in `error` if it is wrong; ready_fd is set
// whenever it could be read.
bool read_arguments(int argc, char** argv, Options& options, std::string& error);

// Reads the variables.  `environment` ends with nullptr.  As above.
bool read_environment(char** environment, Options& options, std::string& error);

}  // namespace thrace::collector
