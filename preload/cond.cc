// The wrappers of condition variables: pthread_cond_t in both versions, and cnd_t.
#include "preload/locks.h"

namespace thrace {
namespace {

// The release of a mutex that libc makes inside a wait.
void release_early(const void* mutex) {
  if (has_waiters(mutex)) [[unlikely]]
    wake_stack(wake(WakeKind::Unlock, mutex, kWakeAll));
}

}  // namespace

// libc releases the mutex inside the wait, so the look for its waiters comes before: as late as
// possible, and while this task still runs.  The lock that follows the wait belongs to it, too (it
// cannot be told apart from outside).
#define WAIT(definition, id, outcome, args)                              \
  definition {                                                           \
    if (!recording()) return real.id args;                               \
    if (unlock_frees(as_mutex(mutex))) release_early(mutex);             \
    Wait wait;                                                           \
    wait.begin(WaitReason::Cond, cond, 0);                               \
    const int result = real.id args;                                     \
    wait.end(outcome(result));                                           \
    return result;                                                       \
  }

#define SIGNAL(definition, id, kind, count)                  \
  definition {                                               \
    if (!recording()) return real.id(cond);                  \
    const Told told = wake(WakeKind::kind, cond, count);     \
    const int result = real.id(cond);                        \
    wake_stack(told);                                        \
    return result;                                           \
  }

// clang-format off
#define OLD "@GLIBC_2.2.5, remove"
#define NEW "@@@GLIBC_2.3.2"
#define COND (pthread_cond_t* cond)
#define COND_MUTEX (pthread_cond_t* cond, pthread_mutex_t* mutex)
#define COND_MUTEX_TIME (pthread_cond_t* cond, pthread_mutex_t* mutex, const timespec* time)
#define COND_MUTEX_CLOCK (pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock, const timespec* time)

WAIT(THRACE_HOOK_VERSION(int, pthread_cond_wait, pthread_cond_wait, NEW, COND_MUTEX), pthread_cond_wait, outcome_of, (cond, mutex))
WAIT(THRACE_HOOK_VERSION(int, pthread_cond_timedwait, pthread_cond_timedwait, NEW, COND_MUTEX_TIME), pthread_cond_timedwait, outcome_of, (cond, mutex, time))
SIGNAL(THRACE_HOOK_VERSION(int, pthread_cond_signal, pthread_cond_signal, NEW, COND), pthread_cond_signal, Signal, 1)
SIGNAL(THRACE_HOOK_VERSION(int, pthread_cond_broadcast, pthread_cond_broadcast, NEW, COND), pthread_cond_broadcast, Broadcast, kWakeAll)

WAIT(THRACE_HOOK_VERSION(int, old_cond_wait, pthread_cond_wait, OLD, COND_MUTEX), old_cond_wait, outcome_of, (cond, mutex))
WAIT(THRACE_HOOK_VERSION(int, old_cond_timedwait, pthread_cond_timedwait, OLD, COND_MUTEX_TIME), old_cond_timedwait, outcome_of, (cond, mutex, time))
SIGNAL(THRACE_HOOK_VERSION(int, old_cond_signal, pthread_cond_signal, OLD, COND), old_cond_signal, Signal, 1)
SIGNAL(THRACE_HOOK_VERSION(int, old_cond_broadcast, pthread_cond_broadcast, OLD, COND), old_cond_broadcast, Broadcast, kWakeAll)

WAIT(THRACE_HOOK(int, pthread_cond_clockwait, COND_MUTEX_CLOCK), pthread_cond_clockwait, outcome_of, (cond, mutex, clock, time))

WAIT(THRACE_HOOK(int, cnd_wait, (cnd_t* cond, mtx_t* mutex)), cnd_wait, c11_outcome, (cond, mutex))
WAIT(THRACE_HOOK(int, cnd_timedwait, (cnd_t* cond, mtx_t* mutex, const timespec* time)), cnd_timedwait, c11_outcome, (cond, mutex, time))
SIGNAL(THRACE_HOOK(int, cnd_signal, (cnd_t* cond)), cnd_signal, Signal, 1)
SIGNAL(THRACE_HOOK(int, cnd_broadcast, (cnd_t* cond)), cnd_broadcast, Broadcast, kWakeAll)
// clang-format on

}  // namespace thrace
