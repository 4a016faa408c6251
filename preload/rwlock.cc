// The wrappers of read-write locks and spin locks.
#include "preload/locks.h"

namespace thrace {

// A writer that asks again is refused at once (EDEADLK): no wait.
#define LOCK(name, try_name, reason, usable_time, params, args)               \
  THRACE_HOOK(int, name, params) {                                            \
    if (!recording() || !(usable_time)) return real.name args;                \
    const int tried = real.try_name(lock);                                    \
    if (tried != EBUSY) [[likely]]                                            \
      return tried;                                                           \
    const uint32_t writer = holder(lock);                                     \
    if (writer && writer == current_tid()) return real.name args;             \
    Wait wait;                                                                \
    wait.begin(WaitReason::reason, lock, writer, &lock->__data.__cur_writer); \
    const int result = real.name args;                                        \
    wait.end(outcome_of(result));                                             \
    return result;                                                            \
  }

// clang-format off
LOCK(pthread_rwlock_rdlock, pthread_rwlock_tryrdlock, RwlockRead, true,
     (pthread_rwlock_t* lock), (lock))
LOCK(pthread_rwlock_timedrdlock, pthread_rwlock_tryrdlock, RwlockRead, usable(time),
     (pthread_rwlock_t* lock, const timespec* time), (lock, time))
LOCK(pthread_rwlock_clockrdlock, pthread_rwlock_tryrdlock, RwlockRead, usable(clock, time),
     (pthread_rwlock_t* lock, clockid_t clock, const timespec* time), (lock, clock, time))
LOCK(pthread_rwlock_wrlock, pthread_rwlock_trywrlock, RwlockWrite, true,
     (pthread_rwlock_t* lock), (lock))
LOCK(pthread_rwlock_timedwrlock, pthread_rwlock_trywrlock, RwlockWrite, usable(time),
     (pthread_rwlock_t* lock, const timespec* time), (lock, time))
LOCK(pthread_rwlock_clockwrlock, pthread_rwlock_trywrlock, RwlockWrite, usable(clock, time),
     (pthread_rwlock_t* lock, clockid_t clock, const timespec* time), (lock, clock, time))
// clang-format on

THRACE_HOOK(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock)) {
  Release release(WakeKind::Unlock, lock);
  const int result = real.pthread_rwlock_unlock(lock);
  release.after();
  return result;
}
THRACE_HOOK_ALIAS(__pthread_rwlock_rdlock, pthread_rwlock_rdlock)
THRACE_HOOK_ALIAS(__pthread_rwlock_wrlock, pthread_rwlock_wrlock)
THRACE_HOOK_ALIAS(__pthread_rwlock_unlock, pthread_rwlock_unlock)

// The lock's word is volatile for its users; to us it is an address.
THRACE_HOOK(int, pthread_spin_lock, (pthread_spinlock_t * lock)) {
  if (!recording()) return real.pthread_spin_lock(lock);
  const int tried = real.pthread_spin_trylock(lock);
  if (tried != EBUSY) [[likely]]
    return tried;
  Wait wait;
  wait.begin(WaitReason::Spin, const_cast<int*>(lock), 0);
  const int result = real.pthread_spin_lock(lock);
  wait.end(outcome_of(result));
  return result;
}

THRACE_HOOK(int, pthread_spin_unlock, (pthread_spinlock_t * lock)) {
  Release release(WakeKind::Unlock, const_cast<int*>(lock));
  const int result = real.pthread_spin_unlock(lock);
  release.after();
  return result;
}

}  // namespace thrace
