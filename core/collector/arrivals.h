// Processes that are on their way into the session: between an exec and the first instruction of
// the new image's constructor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thrace::collector {

// Nothing in the arena tells of them: the old image is gone, or was never one of its own (vfork,
// posix_spawn).  Their environment does: it names the arena.
class Arrivals {
 public:
  explicit Arrivals(const std::string& arena) : variable_("THRACE_ARENA=" + arena) {}

  // True if there is a process that belongs to the session by its environment.  To be asked when no
  // image is left: those that have one belong to it, too, and so does a program that cannot be
  // traced. Processes that are closed to us do not count.
  bool any();

 private:
  bool is_ours(int32_t pid) const;

  std::string variable_;
  std::vector<int32_t> pids_;  // as of the last look at all processes
};

}  // namespace thrace::collector
