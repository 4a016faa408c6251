// One wait for several futexes: the wake of the last of them ends it.
#include "tests/programs/expect.h"

#include <linux/futex.h>
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

enum { kWords = 5, kRounds = 20 };
struct waitv {  // struct futex_waitv, which older headers lack
  unsigned long value, address;
  unsigned flags, reserved;
};
static int words[kWords], tid, seen;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int round = 0; round < kRounds; round++) {
    struct waitv list[kWords];
    for (int i = 0; i < kWords; i++)
      list[i] = (struct waitv){0, (unsigned long)&words[i], 2 | FUTEX_PRIVATE_FLAG, 0};
    const long index = syscall(SYS_futex_waitv, list, kWords, 0, NULL, 0);
    must(index == round % kWords);
    put(&seen, round + 1);
  }
  return unused;
}

int main(void) {
  if (syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) < 0 && errno == ENOSYS) return 77;
  const pthread_t thread = start(waiter, NULL);
  for (int round = 0; round < kRounds; round++) {
    await_call(await_any(&tid), SYS_futex_waitv);
    must(syscall(SYS_futex, &words[round % kWords], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 1);
    await(&seen, round + 1);
  }
  pthread_join(thread, NULL);
  printf("%d\n", seen);
  expect("edge futex %d * %d %d", kRounds, tid, own_tid());  // whichever word names the object
}
