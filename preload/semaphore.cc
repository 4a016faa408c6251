// The wrappers of semaphores.
#include "preload/locks.h"

namespace thrace {
namespace {

// True if there is no token to try for: the value is the low half of the first word, in all versions
// of 64-bit glibc.
bool is_empty(const sem_t* semaphore) {
  return !__atomic_load_n(reinterpret_cast<const uint32_t*>(semaphore), __ATOMIC_RELAXED);
}

// True if a token was there.  errno stays as it was: the real functions do not touch it then.
bool take(sem_t* semaphore) {
  const int before = errno;
  if (real.sem_trywait(semaphore) == 0) return true;
  errno = before;
  return false;
}

}  // namespace

// sem_wait and its like are cancellation points even if a token is there (G3).
#define WAIT(name, usable_time, params, args)                  \
  THRACE_HOOK(int, name, params) {                             \
    if (!recording() || !(usable_time)) return real.name args; \
    if (!is_empty(semaphore)) {                                \
      real.pthread_testcancel();                               \
      if (take(semaphore)) return 0;                           \
    }                                                          \
    Wait wait;                                                 \
    wait.begin(WaitReason::Semaphore, semaphore, 0);           \
    const int result = real.name args;                         \
    wait.end(outcome_of(result == 0 ? 0 : errno));             \
    return result;                                             \
  }

WAIT(sem_wait, true, (sem_t * semaphore), (semaphore))
WAIT(sem_timedwait, usable(time), (sem_t * semaphore, const timespec* time), (semaphore, time))
WAIT(sem_clockwait, usable(clock, time), (sem_t * semaphore, clockid_t clock, const timespec* time),
     (semaphore, clock, time))

THRACE_HOOK(int, sem_post, (sem_t * semaphore)) {
  if (!recording()) return real.sem_post(semaphore);
  const Told told = wake(WakeKind::Post, semaphore, 1);
  const int result = real.sem_post(semaphore);
  wake_stack(told);
  return result;
}

}  // namespace thrace
