#include "core/collector/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace thrace::collector {

uint64_t monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

std::string proc_path(int32_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

// By hand: a stream's iterators throw where read() fails.
bool read_proc(int32_t pid, const std::string& name, std::string& text) {
  text.clear();
  const int file = open(proc_path(pid, name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char part[1 << 14];
  ssize_t size;
  while ((size = read(file, part, sizeof part)) != 0) {
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) break;
    text.append(part, static_cast<size_t>(size));
  }
  close(file);
  return size == 0;
}

std::vector<int32_t> numbered_entries(const std::string& folder) {
  std::vector<int32_t> result;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr)
    if (const int number = std::atoi(entry->d_name); number > 0) result.push_back(number);
  return result;
}

std::vector<int32_t> all_processes() { return numbered_entries("/proc"); }

bool exists(int32_t pid) {
  if (kill(pid, 0) < 0 && errno == ESRCH) return false;
  std::ifstream file(proc_path(pid, "stat"));
  std::string stat;
  if (!std::getline(file, stat)) return true;
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return true;
  return stat[name_end + 2] != 'Z' && stat[name_end + 2] != 'X';
}

}  // namespace thrace::collector
