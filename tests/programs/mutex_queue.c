// Eight threads queue at one mutex; each wait was ended by the release that came just before it.
#include "tests/programs/expect.h"

enum { kThreads = 8, kRounds = 20 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int go, tids[kThreads], gone;
static int order[kThreads * kRounds], holders;
static int edges[kThreads * kRounds][2], nedges;

static void* waiter(void* number) {
  int* const tid = &tids[(long)number];
  *tid = own_tid();
  for (int round = 1; round <= kRounds; round++) {
    while (get(&go) < round) nap(20);
    pthread_mutex_lock(&mutex);
    order[holders++] = *tid;  // who had it, in order: the one before is the waker
    pthread_mutex_unlock(&mutex);
    __atomic_add_fetch(&gone, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) threads[i] = start(waiter, (void*)i);
  for (int i = 0; i < kThreads; i++) await_any(&tids[i]);
  for (int round = 1; round <= kRounds; round++) {
    pthread_mutex_lock(&mutex);
    const int first = holders;
    put(&gone, 0);
    put(&go, round);
    for (int i = 0; i < kThreads; i++) await_futex(tids[i], &mutex, sizeof mutex);
    pthread_mutex_unlock(&mutex);
    await(&gone, kThreads);
    for (int i = first; i < holders; i++, nedges++) {
      edges[nedges][0] = order[i];
      edges[nedges][1] = i == first ? own_tid() : order[i - 1];
    }
  }
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  expect("create %d", kThreads);
  expect("wait mutex %d %p woken", kThreads * kRounds, (void*)&mutex);
  for (int i = 0; i < nedges; i++)
    expect("edge mutex 1 %p %d %d", (void*)&mutex, edges[i][0], edges[i][1]);
  printf("%d\n", holders);
}
