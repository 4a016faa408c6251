// The wrappers of mutexes: pthread_mutex_t and mtx_t (the same object with other return codes).
#include "preload/locks.h"

namespace thrace {
namespace {

Outcome c11_outcome(int result) {
  if (result == thrd_success) return Outcome::Woken;
  return result == thrd_timedout ? Outcome::Timeout : Outcome::Error;
}

// The thread would wait for itself and the real function says so at once: no wait.
bool refused(const pthread_mutex_t* mutex) {
  return error_checking(mutex) && holder(mutex) == current_tid();
}

}  // namespace

// A free mutex costs a trylock and no event.  Whatever it answers but "busy" is the answer of the
// real function, too: acquired from a dead owner, not recoverable, not a mutex ...
#define LOCK(name, type, try_name, busy, outcome, usable_time, params, args) \
  THRACE_HOOK(int, name, params) {                                           \
    if (!recording() || !(usable_time)) return real.name args;               \
    const int tried = real.try_name(mutex);                                  \
    if (tried != (busy)) [[likely]] return tried;                            \
    if (refused(as_mutex(mutex))) return real.name args;                     \
    Wait wait;                                                               \
    wait.begin(WaitReason::Mutex, mutex, holder(as_mutex(mutex)),            \
               &as_mutex(mutex)->__data.__owner);                            \
    const int result = real.name args;                                       \
    wait.end(outcome(result));                                               \
    return result;                                                           \
  }

#define UNLOCK(name, type)                                               \
  THRACE_HOOK(int, name, (type * mutex)) {                               \
    if (has_waiters(mutex) && !unlock_frees(as_mutex(mutex))) [[unlikely]] \
      return real.name(mutex);                                           \
    Release release(WakeKind::Unlock, mutex);                            \
    const int result = real.name(mutex);                                 \
    if (result == 0) release.after();                                    \
    return result;                                                       \
  }

// clang-format off
LOCK(pthread_mutex_lock, pthread_mutex_t, pthread_mutex_trylock, EBUSY, outcome_of,
     true, (pthread_mutex_t* mutex), (mutex))
LOCK(pthread_mutex_timedlock, pthread_mutex_t, pthread_mutex_trylock, EBUSY, outcome_of,
     usable(time), (pthread_mutex_t* mutex, const timespec* time), (mutex, time))
LOCK(pthread_mutex_clocklock, pthread_mutex_t, pthread_mutex_trylock, EBUSY, outcome_of,
     usable(clock, time), (pthread_mutex_t* mutex, clockid_t clock, const timespec* time), (mutex, clock, time))
LOCK(mtx_lock, mtx_t, mtx_trylock, thrd_busy, c11_outcome,
     true, (mtx_t* mutex), (mutex))
LOCK(mtx_timedlock, mtx_t, mtx_trylock, thrd_busy, c11_outcome,
     usable(time), (mtx_t* mutex, const timespec* time), (mutex, time))
// clang-format on
UNLOCK(pthread_mutex_unlock, pthread_mutex_t)
UNLOCK(mtx_unlock, mtx_t)
THRACE_HOOK_ALIAS(__pthread_mutex_lock, pthread_mutex_lock)
THRACE_HOOK_ALIAS(__pthread_mutex_unlock, pthread_mutex_unlock)

}  // namespace thrace
