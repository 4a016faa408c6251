// A futex with priority inheritance, by syscall(): locked by the kernel, handed to the waiter.
#include "tests/programs/expect.h"

#include <linux/futex.h>

enum { kRounds = 20 };
static int word, tid, turn;

static void lock(void) {
  int expected = 0;
  if (!__atomic_compare_exchange_n(&word, &expected, own_tid(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    must(syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0);
}
static void unlock(void) {
  int expected = own_tid();
  if (!__atomic_compare_exchange_n(&word, &expected, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    must(syscall(SYS_futex, &word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0) == 0);
}

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    await(&turn, 2 * i + 1);
    lock();
    unlock();
    put(&turn, 2 * i + 2);
  }
  return unused;
}

int main(void) {
  const pthread_t thread = start(waiter, NULL);
  await_any(&tid);
  for (int i = 0; i < kRounds; i++) {
    lock();
    put(&turn, 2 * i + 1);
    await_futex(tid, &word, sizeof word);
    unlock();
    await(&turn, 2 * i + 2);
  }
  pthread_join(thread, NULL);
  printf("%d\n", turn);
  expect("wait futex-pi %d %p woken", kRounds, (void*)&word);
  expect("edge futex-pi %d %p %d %d", kRounds, (void*)&word, tid, own_tid());
}
