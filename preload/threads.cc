// The wrappers of creating, leaving and joining threads.
#include "preload/locks.h"
#include "preload/trampoline.h"

namespace thrace {
namespace {

// One for each slot of a thread in the arena: a slot names one thread at a time, so its block needs
// no owner of its own, and nothing is left over when a thread dies early.
thrace_start g_starts[kThreads + 1];

// True on threads that will pass thrace_end_thread by themselves.
thread_local bool t_trampoline = false;

// The size of the stack that a thread with these attributes gets.
size_t stack_bytes(const pthread_attr_t* attributes) {
  pthread_attr_t defaults;
  if (!attributes) {
    real.pthread_attr_init(&defaults);
    attributes = &defaults;
  }
  size_t size = 0;
  real.pthread_attr_getstacksize(attributes, &size);
  return size;
}

uint64_t handle_of(pthread_t thread) { return static_cast<uint64_t>(thread); }

}  // namespace

extern "C" void thrace_begin_thread(const thrace_start* block) {
  t_trampoline = true;
  // libc puts a thread's descriptor, which pthread_self points at, on the top of its stack, less
  // than a page below the end.
  const uint64_t self = handle_of(pthread_self());
  const uint64_t low = (self - block->stack_bytes + kPage - 1) & ~(kPage - 1);
  adopt_task(static_cast<uint32_t>(block - g_starts), self, low, self);
}

extern "C" void thrace_end_thread(void*) { end_task(); }

THRACE_HOOK(int, pthread_create,
            (pthread_t * thread, const pthread_attr_t* attributes, void* (*routine)(void*),
             void* argument)) {
  if (!recording()) return real.pthread_create(thread, attributes, routine, argument);
  const uint32_t slot = create_task(reinterpret_cast<const void*>(routine));
  if (!slot) return real.pthread_create(thread, attributes, routine, argument);
  g_starts[slot] = {routine, nullptr, argument, stack_bytes(attributes)};
  const int error = real.pthread_create(thread, attributes, thrace_run_thread, &g_starts[slot]);
  if (error) create_failed(slot, error);
  return error;
}

THRACE_HOOK(int, thrd_create, (thrd_t * thread, int (*routine)(void*), void* argument)) {
  if (!recording()) return real.thrd_create(thread, routine, argument);
  const uint32_t slot = create_task(reinterpret_cast<const void*>(routine));
  if (!slot) return real.thrd_create(thread, routine, argument);
  g_starts[slot] = {nullptr, routine, argument, stack_bytes(nullptr)};
  const int result = real.thrd_create(thread, thrace_run_c11_thread, &g_starts[slot]);
  if (result != thrd_success) create_failed(slot, result == thrd_nomem ? ENOMEM : EAGAIN);
  return result;
}

// The initial thread and those that we did not start have no trampoline below them.
THRACE_HOOK(void, pthread_exit, (void* result)) {
  if (!t_trampoline && recording()) end_task();
  real.pthread_exit(result);
}

THRACE_HOOK(void, thrd_exit, (int result)) {
  if (!t_trampoline && recording()) end_task();
  real.thrd_exit(result);
}

// A thread that has ended is joined by the try, without a wait; every other answer but "busy" is
// the real function's, too.  Joining is a cancellation point only where it waits, in libc and so
// here (G3).
#define JOIN(name, usable_time, params, args)                               \
  THRACE_HOOK(int, name, params) {                                          \
    if (!recording() || !(usable_time)) return real.name args;              \
    const int tried = real.pthread_tryjoin_np(thread, result);              \
    if (tried != EBUSY || thread == pthread_self())                         \
      return tried == EBUSY ? real.name args : tried;                       \
    Wait wait;                                                              \
    wait.begin(WaitReason::Join, reinterpret_cast<const void*>(thread), 0); \
    const int joined = real.name args;                                      \
    wait.end(outcome_of(joined));                                           \
    return joined;                                                          \
  }

JOIN(pthread_join, true, (pthread_t thread, void** result), (thread, result))
JOIN(pthread_timedjoin_np, !time || usable(time),
     (pthread_t thread, void** result, const timespec* time), (thread, result, time))
JOIN(pthread_clockjoin_np, !time || usable(clock, time),
     (pthread_t thread, void** result, clockid_t clock, const timespec* time),
     (thread, result, clock, time))

THRACE_HOOK(int, thrd_join, (thrd_t thread, int* result)) {
  if (!recording()) return real.thrd_join(thread, result);
  void* value = nullptr;
  if (real.pthread_tryjoin_np(thread, &value) == 0) {
    if (result) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
    return thrd_success;
  }
  Wait wait;
  wait.begin(WaitReason::Join, reinterpret_cast<const void*>(thread), 0);
  const int joined = real.thrd_join(thread, result);
  wait.end(joined == thrd_success ? Outcome::Woken : Outcome::Error);
  return joined;
}

}  // namespace thrace
