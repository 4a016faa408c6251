// Waiters moved from one futex to another and woken there by another thread: by whom is still right.
#include "tests/programs/expect.h"

#include <linux/futex.h>

enum { kWaiters = 4, kRounds = 20 };
static int from, to, tids[kWaiters], through, turn, moved_rounds, waker_tid;

static void* waiter(void* number) {
  put(&tids[(long)number], own_tid());
  for (int i = 0; i < kRounds; i++) {
    while (get(&turn) <= i * kWaiters + (long)number) nap(20);
    must(syscall(SYS_futex, &from, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) == 0);
    __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

static void* waker(void* unused) {  // of those that the main thread has moved
  put(&waker_tid, own_tid());
  for (int round = 0; round < kRounds; round++) {
    await(&moved_rounds, round + 1);
    must(syscall(SYS_futex, &to, FUTEX_WAKE_PRIVATE, 100, NULL, NULL, 0) == kWaiters - 1);
  }
  return unused;
}

int main(void) {
  const pthread_t waking = start(waker, NULL);
  pthread_t threads[kWaiters];
  for (long i = 0; i < kWaiters; i++) threads[i] = start(waiter, (void*)i);
  for (int round = 0; round < kRounds; round++) {
    await(&through, round * kWaiters);
    for (int i = 0; i < kWaiters; i++) {  // the first to wait is the one that is woken below
      put(&turn, round * kWaiters + i + 1);
      await_futex(await_any(&tids[i]), &from, sizeof from);
    }
    const long moved =
        round % 2 ? syscall(SYS_futex, &from, FUTEX_REQUEUE_PRIVATE, 1, (void*)100L, &to, 0)
                  : syscall(SYS_futex, &from, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void*)100L, &to, 0);
    must(moved == kWaiters);  // one woken, the others moved
    put(&moved_rounds, round + 1);
  }
  for (int i = 0; i < kWaiters; i++) pthread_join(threads[i], NULL);
  pthread_join(waking, NULL);
  const long changed = syscall(SYS_futex, &from, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void*)1L, &to, 77);
  printf("%d, changed: %ld %d\n", through, changed, errno);
  expect("wait futex %d %p woken", kWaiters * kRounds, (void*)&from);
  for (int i = 0; i < kWaiters; i++)
    expect("edge futex %d %p %d %d", kRounds, (void*)&from, tids[i], i ? waker_tid : own_tid());
}
