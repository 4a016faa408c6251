// Joins that wait for a thread to end: each names the thread that ended; timed and tried ones, too.
#include "tests/programs/expect.h"

enum { kThreads = 20 };
static int joiner_tid, tids[kThreads];
static pthread_t threads[kThreads];

static void* ends(void* number) {  // when its joiner is seen asleep
  put(&tids[(long)number], own_tid());
  await_futex(await_any(&joiner_tid), (void*)pthread_self(), 4096);
  return number;
}

int main(void) {
  joiner_tid = 0;
  for (long i = 0; i < kThreads; i++) threads[i] = start(ends, (void*)i);
  printf("try: %d\n", pthread_tryjoin_np(threads[0], NULL));
  put(&joiner_tid, own_tid());
  for (long i = 0; i < kThreads; i++) {
    void* result = NULL;
    int failed = -1;
    const struct timespec end = from_now(CLOCK_REALTIME, 20000);
    const struct timespec steady = from_now(CLOCK_MONOTONIC, 20000);
    if (i % 3 == 0) failed = pthread_join(threads[i], &result);
    if (i % 3 == 1) failed = pthread_timedjoin_np(threads[i], &result, &end);
    if (i % 3 == 2) failed = pthread_clockjoin_np(threads[i], &result, CLOCK_MONOTONIC, &steady);
    must(failed == 0 && result == (void*)i);
    expect("edge join 1 0x%lx %d %d", threads[i], own_tid(), tids[i]);
  }
  puts("done");
  expect("create %d", kThreads);
}
