// Futexes by syscall(): 100 waits with one wake each, a changed word, a timeout, a wake of nobody.
#include "tests/programs/expect.h"

#include <linux/futex.h>

enum { kRounds = 100 };
static int word, tid, seen;

static long futex(int operation, int value, const struct timespec* time) {
  return syscall(SYS_futex, &word, operation, value, time, NULL, FUTEX_BITSET_MATCH_ANY);
}

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    while (get(&word) == i) futex(i % 2 ? FUTEX_WAIT_PRIVATE : FUTEX_WAIT_BITSET_PRIVATE, i, NULL);
    put(&seen, i + 1);
  }
  return unused;
}

int main(void) {
  const pthread_t thread = start(waiter, NULL);
  long woken = 0;
  for (int i = 0; i < kRounds; i++) {
    await_futex(await_any(&tid), &word, sizeof word);
    put(&word, i + 1);
    woken += futex(FUTEX_WAKE_PRIVATE, 1, NULL);
    await(&seen, i + 1);
  }
  pthread_join(thread, NULL);
  printf("woken %ld\n", woken);
  errno = 0;
  long result = futex(FUTEX_WAIT_PRIVATE, kRounds - 1, NULL);
  printf("changed: %ld %d\n", result, errno);
  const struct timespec time = {0, 5000000};
  result = futex(FUTEX_WAIT_PRIVATE, kRounds, &time);
  printf("timeout: %ld %d\n", result, errno);
  printf("nobody: %ld\n", futex(FUTEX_WAKE_PRIVATE, 10, NULL));
  result = futex(127, 0, NULL);
  printf("unknown: %ld %d\n", result, errno);
  expect("wait futex %d %p woken", kRounds, (void*)&word);
  expect("wait futex 1 %p changed", (void*)&word);
  expect("wait futex 1 %p timeout", (void*)&word);
  expect("edge futex %d %p %d %d", kRounds, (void*)&word, tid, own_tid());
}
