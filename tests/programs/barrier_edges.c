// A barrier whose last arrival is known: it comes when the others are seen asleep.
#include "tests/programs/expect.h"

enum { kThreads = 3, kRounds = 20 };
static pthread_barrier_t barrier;
static int tids[kThreads], through;

static void* meet(void* number) {
  put(&tids[(long)number], own_tid());
  for (int i = 0; i < kRounds; i++) {
    while (get(&through) < i * kThreads) nap(20);
    pthread_barrier_wait(&barrier);
    __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&barrier, NULL, kThreads + 1);
  for (long i = 0; i < kThreads; i++) threads[i] = start(meet, (void*)i);
  for (int round = 0; round < kRounds; round++) {
    await(&through, round * kThreads);
    for (int i = 0; i < kThreads; i++) await_futex(await_any(&tids[i]), &barrier, sizeof barrier);
    pthread_barrier_wait(&barrier);
  }
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < kThreads; i++)
    expect("edge barrier %d %p %d %d", kRounds, (void*)&barrier, tids[i], own_tid());
  expect("wait barrier %d %p last", kRounds, (void*)&barrier);
  printf("%d\n", through);
}
