// Reading the links of /proc/PID/fd (proc(5)).
#include "core/collector/descriptors.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <string_view>

#include "core/format/file.h"

namespace thrace::collector {
namespace {

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool has_ended(int pidfd) {
  pollfd entry{pidfd, POLLIN, 0};
  return pidfd >= 0 && poll(&entry, 1, 0) > 0;
}

}  // namespace

// The pid may mean another process here than where the program runs; the arena's name is random,
// and only a process of the session has it mapped.
bool Descriptors::is_ours() {
  if (asked_) return ours_;
  asked_ = true;
  if (arena_.path.empty()) return false;
  Maps maps(pid_);
  const std::vector<Mapping>& mappings = maps.read();
  ours_ = std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& mapping) {
    return mapping.inode == arena_.inode && base_name(mapping.path) == base_name(arena_.path);
  });
  return ours_;
}

std::string Descriptors::target(uint64_t fd) {
  if (fd > INT_MAX || has_ended(pidfd_) || !is_ours()) return {};
  const std::string path = "/proc/" + std::to_string(pid_) + "/fd/" + std::to_string(fd);
  char target[kMaxString];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return {target, length > 0 ? static_cast<size_t>(length) : 0};
}

}  // namespace thrace::collector
