// A process whose addresses get names.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace thrace {

struct TracedProcess {
  pid_t pid = 0;
  int64_t start = 0;  // when its recording began, ns since 1970; 0: not known
};

}  // namespace thrace
