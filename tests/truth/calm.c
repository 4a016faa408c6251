// Nothing is wrong: two threads work, each on its own, and main waits for their end.  No verb may
// find a fault here.
#include "tests/truth/truth.h"

enum { kThreads = 2, kRounds = 100 };
static pthread_mutex_t locks[kThreads] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static long sums[kThreads];

FRAME static void add(long number) {
  pthread_mutex_lock(&locks[number]);
  sums[number]++;
  pthread_mutex_unlock(&locks[number]);
}

static void* count(void* number) {
  name_thread("counter", (long)number + 1);
  for (int i = 0; i < kRounds; i++) {
    work(1000);
    add((long)number);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) threads[i] = start(count, (void*)i);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%ld\n", sums[0] + sums[1]);
}
