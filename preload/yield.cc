// The wrappers of what gives up the CPU without waiting for anything, and C11's sleep.
#include <errno.h>

#include "preload/around.h"
#include "preload/real.h"

namespace thrace {

THRACE_HOOK(int, sched_yield, ()) {
  return yielding([] { return real.sched_yield(); });
}
THRACE_HOOK_ALIAS(__sched_yield, sched_yield)
THRACE_HOOK_ALIAS(pthread_yield, sched_yield)

THRACE_HOOK(void, thrd_yield, ()) {
  yielding([] {
    real.thrd_yield();
    return 0;
  });
}

// Returns -1 for a signal, another negative number for a failure; errno says nothing.
THRACE_HOOK(int, thrd_sleep, (const timespec* time, timespec* left)) {
  Call call(SYS_clock_nanosleep, reinterpret_cast<int64_t>(time));
  const int result = real.thrd_sleep(time, left);
  call.end(result == 0 ? 0 : result == -1 ? EINTR : EINVAL, result);
  return result;
}

}  // namespace thrace
