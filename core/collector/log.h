// The collector's notes about its own work (THRACE_LOG).
#pragma once

#include <string>
#include <string_view>

namespace thrace::collector {

// Any thread may write; each line is one write.
class Log {
 public:
  Log() = default;  // writes nothing
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Appends to `path` from here on.  False, with errno, if that is not possible.
  bool open(const std::string& path);
  void line(std::string_view text);

 private:
  int fd_ = -1;
};

}  // namespace thrace::collector
