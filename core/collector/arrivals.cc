// Looking for them in /proc.
#include "core/collector/arrivals.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace thrace::collector {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// While the kernel is putting the new image together it has a name, but neither arguments nor
// environment yet.
bool is_being_made(const std::string& process) {
  char target[1];
  return readlink((process + "/exe").c_str(), target, sizeof target) > 0 &&
         read_file(process + "/cmdline").empty();
}

std::vector<int32_t> all_processes() {
  std::vector<int32_t> result;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  while (const dirent* entry = folder ? readdir(folder.get()) : nullptr)
    if (const int pid = std::atoi(entry->d_name); pid > 0) result.push_back(pid);
  return result;
}

}  // namespace

bool Arrivals::is_ours(int32_t pid) const {
  const std::string process = "/proc/" + std::to_string(pid);
  const std::string environment = read_file(process + "/environ");
  if (environment.empty()) return is_being_made(process);
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
