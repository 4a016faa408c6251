// Descriptors of start-up: out of the way of the program's numbers, and gone before main (G9).
#pragma once

#include <fcntl.h>

#include "preload/raw.h"

namespace thrace {

inline constexpr long kHighDescriptor = 100;

inline void close_descriptor(long fd) {
  if (fd >= 0) raw_syscall(SYS_close, fd);
}

// Moves a descriptor to a high number; where the limit is lower, to one that is not stdin, stdout
// or stderr; and if that fails, leaves it.
inline long move_high(long fd) {
  if (fd < 0 || fd >= kHighDescriptor) return fd;
  long moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (moved < 0) moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
  if (moved < 0) return fd;
  close_descriptor(fd);
  return moved;
}

}  // namespace thrace
