// Writing the collector's notes.
#include "core/collector/log.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

namespace thrace::collector {

Log::~Log() {
  if (fd_ >= 0) close(fd_);
}

bool Log::open(const std::string& path) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  return fd_ >= 0;
}

void Log::line(std::string_view text) {
  if (fd_ < 0) return;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  char start[64];
  const int length =
      std::snprintf(start, sizeof start, "%lld.%06ld thrace-collect[%d] ",
                    static_cast<long long>(now.tv_sec), now.tv_nsec / 1000, getpid());
  std::string out(start, static_cast<size_t>(length));
  out.append(text).push_back('\n');
  [[maybe_unused]] const ssize_t written = write(fd_, out.data(), out.size());
}

}  // namespace thrace::collector
