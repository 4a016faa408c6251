// Ten thousand threads, one after the other and four at a time.
#include "tests/programs/expect.h"

enum { kThreads = 10000, kAtOnce = 4 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long sum;

static void* routine(void* number) {
  pthread_mutex_lock(&mutex);
  sum += (long)number;
  pthread_mutex_unlock(&mutex);
  return NULL;
}

int main(void) {
  pthread_t threads[kAtOnce];
  for (long i = 0; i < kThreads; i++) {
    if (i >= kAtOnce) pthread_join(threads[i % kAtOnce], NULL);
    threads[i % kAtOnce] = start(routine, (void*)i);
  }
  for (int i = 0; i < kAtOnce; i++) pthread_join(threads[i], NULL);
  printf("%ld\n", sum);
  expect("create %d", kThreads);
}
