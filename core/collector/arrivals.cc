// Looking for them in /proc.
#include "core/collector/arrivals.h"

#include <unistd.h>

#include <sstream>

#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

// While the kernel is putting the new image together it has a name, but neither arguments nor
// environment yet.
bool is_being_made(int32_t pid) {
  char target[1];
  std::string arguments;
  return readlink(proc_path(pid, "exe").c_str(), target, sizeof target) > 0 &&
         read_proc(pid, "cmdline", arguments) && arguments.empty();
}

}  // namespace

bool Arrivals::is_ours(int32_t pid) const {
  std::string environment;
  read_proc(pid, "environ", environment);
  if (environment.empty()) return is_being_made(pid);
  std::istringstream variables(environment);
  for (std::string variable; std::getline(variables, variable, '\0');)
    if (variable == variable_) return true;
  return false;
}

bool Arrivals::any() {
  const auto others = [this](int32_t pid) { return pid == getpid() || !is_ours(pid); };
  std::erase_if(pids_, others);
  if (!pids_.empty()) return true;
  pids_ = all_processes();
  std::erase_if(pids_, others);
  return !pids_.empty();
}

}  // namespace thrace::collector
