// The wrappers of mutexes: pthread_mutex_t and mtx_t (the same object with other return codes).
#include "preload/locks.h"

namespace thrace {
namespace {

// True if the real function will answer at once though the mutex is held: the thread holds it
// itself, and the kind knows what to say.
bool answers(const pthread_mutex_t* mutex) {
  const bool looks = error_checking(mutex) || recursive(mutex);
  return (looks && holder(mutex) == current_tid()) || (robust(mutex) && !held(mutex));
}

}  // namespace

// A free mutex costs a trylock and no event.  Whatever it answers but "busy" is the answer of the
// real function, too: too many locks of a recursive one, not a mutex ...  The rest is out of line,
// so that the frequent case needs no frame.
//
// A robust mutex is looked at instead: glibc's trylock of one that is not recoverable says so and
// keeps it (2.36: it compares the word that it replaced with its own tid), and all others wait for
// ever.
#define LOCK(name, try_name, busy, outcome, usable_time, params, args) \
  namespace {                                                          \
  [[gnu::noinline]] int wait_in_##name params {                        \
    if (answers(as_mutex(mutex))) return real.name args;               \
    Wait wait;                                                         \
    wait.begin(WaitReason::Mutex, mutex, holder(as_mutex(mutex)),      \
               &as_mutex(mutex)->__data.__owner);                      \
    const int result = real.name args;                                 \
    wait.end(outcome(result));                                         \
    return result;                                                     \
  }                                                                    \
  }                                                                    \
  THRACE_HOOK(int, name, params) {                                     \
    if (!recording() || !(usable_time)) [[unlikely]]                   \
      return real.name args;                                           \
    if (robust(as_mutex(mutex))) [[unlikely]]                          \
      return wait_in_##name args;                                      \
    const int tried = real.try_name.found(mutex);                      \
    if (tried == 0) [[likely]]                                         \
      return 0;                                                        \
    return tried == (busy) ? wait_in_##name args : tried;              \
  }

#define UNLOCK(name, type)                                                               \
  namespace {                                                                            \
  [[gnu::noinline]] int tell_in_##name(type* mutex) {                                    \
    if (!unlock_frees(as_mutex(mutex))) return real.name(mutex);                         \
    Release release(WakeKind::Unlock, mutex);                                            \
    const int result = real.name(mutex);                                                 \
    if (result == 0) release.after();                                                    \
    return result;                                                                       \
  }                                                                                      \
  }                                                                                      \
  THRACE_HOOK(int, name, (type * mutex)) {                                               \
    if (!recording()) [[unlikely]]                                                       \
      return real.name(mutex);                                                           \
    return release_quietly(                                                              \
        mutex, [=] { return real.name.found(mutex); },                                   \
        [=] { return tell_in_##name(mutex); });                                          \
  }

// clang-format off
LOCK(pthread_mutex_lock, pthread_mutex_trylock, EBUSY, outcome_of,
     true, (pthread_mutex_t* mutex), (mutex))
LOCK(pthread_mutex_timedlock, pthread_mutex_trylock, EBUSY, outcome_of,
     usable(time), (pthread_mutex_t* mutex, const timespec* time), (mutex, time))
LOCK(pthread_mutex_clocklock, pthread_mutex_trylock, EBUSY, outcome_of,
     usable(clock, time), (pthread_mutex_t* mutex, clockid_t clock, const timespec* time), (mutex, clock, time))
LOCK(mtx_lock, mtx_trylock, thrd_busy, c11_outcome,
     true, (mtx_t* mutex), (mutex))
LOCK(mtx_timedlock, mtx_trylock, thrd_busy, c11_outcome,
     usable(time), (mtx_t* mutex, const timespec* time), (mutex, time))
// clang-format on
UNLOCK(pthread_mutex_unlock, pthread_mutex_t)
UNLOCK(mtx_unlock, mtx_t)
THRACE_HOOK_ALIAS(__pthread_mutex_lock, pthread_mutex_lock)
THRACE_HOOK_ALIAS(__pthread_mutex_unlock, pthread_mutex_unlock)

}  // namespace thrace
