// The names of trace files: filling in THRACE_OUTPUT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thrace::collector {

// Whose file it is.
struct FileOwner {
  std::string program;
  int32_t pid = 0;
  bool first = true;  // the first process image of the session
};

// Fills in a template: %e program, %p pid, %h host, %t start of the session (local time, as
// 20240229-235959), %% percent; other uses of % stay.  A further image's name gets .PID appended if
// the template has no %p.
std::string file_name(std::string_view pattern, const FileOwner& owner, std::string_view host,
                      uint64_t start_wall);

}  // namespace thrace::collector
