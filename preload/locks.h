// What the wrappers of locks share: whom a lock's waiters wait for, what a result means, and which
// arguments a real function refuses before it looks at the lock.
#pragma once

#include <errno.h>
#include <linux/futex.h>

#include "core/tracer/task.h"
#include "core/tracer/wait.h"
#include "preload/real.h"

namespace thrace {

// The outcome of a wait whose call returns the error's number.
inline Outcome outcome_of(int result) {
  switch (result) {
    case 0:
      return Outcome::Woken;
    case ETIMEDOUT:
      return Outcome::Timeout;
    case EOWNERDEAD:
      return Outcome::OwnerDied;
    case EINTR:
      return Outcome::Signal;
    default:
      return Outcome::Error;
  }
}

// The same of a C11 function.
inline Outcome c11_outcome(int result) {
  if (result == thrd_success) return Outcome::Woken;
  return result == thrd_timedout ? Outcome::Timeout : Outcome::Error;
}

// Some functions refuse a bad time or clock even if the lock is free; trying first would hide that.
// Those go to the real function as they are.
inline bool usable(const timespec* time) {
  return time && static_cast<uint64_t>(time->tv_nsec) < 1000000000;
}
inline bool usable(clockid_t clock, const timespec* time) {
  return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) && usable(time);
}

// --- Mutexes: the public layout of pthread_mutex_t, part of the ABI by its static initializers ---

inline const pthread_mutex_t* as_mutex(const pthread_mutex_t* mutex) { return mutex; }
inline const pthread_mutex_t* as_mutex(const mtx_t* mutex) {
  static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
  return reinterpret_cast<const pthread_mutex_t*>(mutex);
}

// Kernel tid of the thread that holds it; 0: nobody, or nobody can (ENOTRECOVERABLE).
inline uint32_t holder(const pthread_mutex_t* mutex) {
  const auto owner =
      static_cast<uint32_t>(__atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED));
  return owner < 0x3fffffff ? owner : 0;
}

// The kinds, as libc encodes them: their real functions look at who calls (G5).
inline bool error_checking(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK;
}
inline bool recursive(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE;
}
inline bool robust(const pthread_mutex_t* mutex) { return mutex->__data.__kind & 16; }

// True if a living thread holds a robust mutex.
inline bool held(const pthread_mutex_t* mutex) {
  const auto word = static_cast<uint32_t>(__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED));
  return word & FUTEX_TID_MASK && !(word & FUTEX_OWNER_DIED);
}

// True if an unlock by this thread sets the mutex free: not the inner one of a recursive mutex, nor
// one that will be refused because another holds it.
inline bool unlock_frees(const pthread_mutex_t* mutex) {
  if (recursive(mutex) && mutex->__data.__count > 1) return false;
  const bool looks = recursive(mutex) || error_checking(mutex) || robust(mutex);
  return !looks || !current_tid() || holder(mutex) == current_tid();
}

// --- Releases ------------------------------------------------------------------------------------

// What is left of a Release when somebody has begun to wait meanwhile.  Returns `result`, so that it
// can be the last call.
[[gnu::cold, gnu::noinline]] inline int released_late(const void* object, uint64_t before,
                                                      int result) {
  if (result == 0) Release::late(WakeKind::Unlock, object, before);
  return result;
}

// The work of a Release for a lock that nobody waits for, in as few registers and branches as it
// can be; `tell` is called if somebody waits, with nothing done yet.
template <typename SetFree, typename Tell>
[[gnu::always_inline]] inline int release_quietly(const void* object, SetFree set_free, Tell tell) {
  const WaitBucket& bucket = g_wiped.waits.of(reinterpret_cast<uint64_t>(object));
  if (bucket.waiters.load(std::memory_order_relaxed)) [[unlikely]]
    return tell();
  const uint64_t before = bucket.released.load(std::memory_order_relaxed);
  const int result = set_free();
  if (bucket.waiters.load(std::memory_order_relaxed)) [[unlikely]]
    return released_late(object, before, result);
  return result;
}

// --- Read-write locks ----------------------------------------------------------------------------

inline uint32_t holder(const pthread_rwlock_t* lock) {
  return static_cast<uint32_t>(__atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED));
}

}  // namespace thrace
