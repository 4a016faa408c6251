// Four threads meet at a barrier 25 times: in each round three wait and the last one wakes them.
#include "tests/programs/expect.h"

enum { kThreads = 4, kRounds = 25 };
static pthread_barrier_t barrier;
static int serial;

static void* meet(void* unused) {
  for (int i = 0; i < kRounds; i++)
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
      __atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
  return unused;
}

int main(void) {
  pthread_t threads[kThreads];
  must(pthread_barrier_init(&barrier, NULL, kThreads) == 0);
  for (int i = 0; i < kThreads; i++) threads[i] = start(meet, NULL);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%d serial, destroy %d\n", serial, pthread_barrier_destroy(&barrier));
  expect("create %d", kThreads);
  expect("wait barrier %d %p woken", (kThreads - 1) * kRounds, (void*)&barrier);
  expect("wait barrier %d %p last", kRounds, (void*)&barrier);
}
