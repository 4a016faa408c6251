// The wrappers of the blocking system calls, made from syscalls.def, and of the file locks.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/tracer/call.h"
#include "preload/real.h"

namespace thrace {
namespace {

template <typename T>
int64_t as_int(T* pointer) {
  return reinterpret_cast<int64_t>(pointer);
}

// What a result of -1 means; an unsigned one (sleep) is never that.
template <typename R>
uint32_t error_of(R result) {
  if constexpr (static_cast<R>(-1) < R{0}) return result < 0 ? errno : 0;
  return 0;
}

}  // namespace

// clang-format off
#define CALL(ret, name, versions, number, arg, params, args) \
  THRACE_HOOK(ret, name, params) {                           \
    if (!recording()) return real.name args;                 \
    Call call(number, arg);                                  \
    const ret result = real.name args;                       \
    call.end(error_of(result), result);                      \
    return result;                                           \
  }
#define CALL_VALUE(ret, name, versions, number, arg, params, args) \
  THRACE_HOOK(ret, name, params) {                                 \
    if (!recording()) return real.name args;                       \
    Call call(number, arg);                                        \
    const ret result = real.name args;                             \
    call.end(result, result);                                      \
    return result;                                                 \
  }
#define ALIAS(alias, name) THRACE_HOOK_ALIAS(alias, name)
#include "preload/syscalls.def"
#undef ALIAS
// clang-format on

namespace {

bool waits(int command) { return command == F_SETLKW || command == F_OFD_SETLKW; }

}  // namespace

// The third parameter of fcntl is a word, whatever the command takes.
THRACE_HOOK(int, fcntl, (int fd, int command, long arg)) {
  if (!waits(command)) return real.fcntl(fd, command, arg);
  Call call(SYS_fcntl, fd);
  const int result = real.fcntl(fd, command, arg);
  call.end(error_of(result), result);
  return result;
}
THRACE_HOOK_ALIAS(__fcntl, fcntl)

THRACE_HOOK(int, fcntl64, (int fd, int command, long arg)) {
  if (!waits(command)) return real.fcntl64(fd, command, arg);
  Call call(SYS_fcntl, fd);
  const int result = real.fcntl64(fd, command, arg);
  call.end(error_of(result), result);
  return result;
}

THRACE_HOOK(int, lockf, (int fd, int command, off_t size)) {
  if (command != F_LOCK) return real.lockf(fd, command, size);
  Call call(SYS_fcntl, fd);
  const int result = real.lockf(fd, command, size);
  call.end(error_of(result), result);
  return result;
}
THRACE_HOOK_ALIAS(lockf64, lockf)

}  // namespace thrace
