// Waiters of one futex with different bits: a wake by bits ends the wait of the right one.
#include "tests/programs/expect.h"

#include <linux/futex.h>

enum { kWaiters = 4 };
static int word, tids[kWaiters], order[kWaiters], through;

static void* waiter(void* number) {
  put(&tids[(long)number], own_tid());
  must(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 1 << (long)number) == 0);
  order[through] = (int)(long)number;
  __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

int main(void) {
  pthread_t threads[kWaiters];
  for (long i = 0; i < kWaiters; i++) {
    threads[i] = start(waiter, (void*)i);
    await_futex(await_any(&tids[i]), &word, sizeof word);
  }
  for (int i = kWaiters - 1; i >= 0; i--) {  // the longest waiter last
    must(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 100, NULL, NULL, 1 << i) == 1);
    await(&through, kWaiters - i);
  }
  for (int i = 0; i < kWaiters; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < kWaiters; i++) printf("%d ", order[i]);
  puts("");
  expect("wait futex %d %p woken", kWaiters, (void*)&word);
  for (int i = 0; i < kWaiters; i++) expect("edge futex 1 %p %d %d", (void*)&word, tids[i], own_tid());
}
