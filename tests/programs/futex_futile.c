// Wakes that end nobody's wait: whoever ends it later is the waker.
#include "tests/programs/expect.h"

#include <linux/futex.h>

enum { kRounds = 20 };
static int word, other, tid, futile_tid, through, futile;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    must(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, 1) == 0);
    put(&through, i + 1);
  }
  return unused;
}

static void* in_vain(void* unused) {
  put(&futile_tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    await(&futile, 2 * i + 1);
    if (i % 3 == 0)  // other bits than the waiter's
      must(syscall(SYS_futex, &word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 2) == 0);
    if (i % 3 == 1)  // the word has another value
      must(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void*)1L, &other, 77) < 0 &&
           errno == EAGAIN);
    if (i % 3 == 2)  // the second word is not below 0, so that the waiter there stays
      must(syscall(SYS_futex, &other, FUTEX_WAKE_OP_PRIVATE, 1, (void*)1L, &word,
                   FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_LT, 0)) == 0);
    put(&futile, 2 * i + 2);
  }
  return unused;
}

int main(void) {
  const pthread_t threads[] = {start(waiter, NULL), start(in_vain, NULL)};
  for (int i = 0; i < kRounds; i++) {
    await_futex(await_any(&tid), &word, sizeof word);
    put(&futile, 2 * i + 1);
    await(&futile, 2 * i + 2);
    must(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 1);
    await(&through, i + 1);
  }
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%d\n", through);
  expect("wait futex %d %p woken", kRounds, (void*)&word);
  expect("edge futex %d %p %d %d", kRounds, (void*)&word, tid, own_tid());
}
