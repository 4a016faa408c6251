// Timed waits for a condition variable on each clock: run out, in the past, and signalled.
#include "tests/programs/expect.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, steady;
static int tid, goal;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  pthread_mutex_lock(&mutex);
  struct timespec end = from_now(CLOCK_REALTIME, 20000);
  while (goal < 1) must(pthread_cond_timedwait(&cond, &mutex, &end) == 0);
  end = from_now(CLOCK_MONOTONIC, 20000);
  while (goal < 2) must(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &end) == 0);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&steady, &attributes);

  pthread_mutex_lock(&mutex);
  struct timespec end = from_now(CLOCK_REALTIME, 5);
  printf("timed: %d\n", pthread_cond_timedwait(&cond, &mutex, &end));
  printf("past: %d\n", pthread_cond_timedwait(&cond, &mutex, &end));
  end = from_now(CLOCK_MONOTONIC, 5);
  printf("clock: %d\n", pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &end));
  end = from_now(CLOCK_MONOTONIC, 5);
  printf("attribute: %d\n", pthread_cond_timedwait(&steady, &mutex, &end));
  pthread_mutex_unlock(&mutex);
  expect("wait cond 3 %p timeout", (void*)&cond);
  expect("wait cond 1 %p timeout", (void*)&steady);

  const pthread_t thread = start(waiter, NULL);
  for (int i = 1; i <= 2; i++) {
    await_futex(await_any(&tid), &cond, sizeof cond);
    pthread_mutex_lock(&mutex);
    goal = i;
    pthread_mutex_unlock(&mutex);
    pthread_cond_signal(&cond);
    if (i == 1)  // the same sleep must not be seen twice
      for (int asleep = 0; !asleep; nap(100)) {
        pthread_mutex_lock(&mutex);
        unsigned long word;
        asleep = blocked_call(tid, &word) != SYS_futex || word - (unsigned long)&cond >= sizeof cond;
        pthread_mutex_unlock(&mutex);
        if (!asleep) break;
      }
  }
  pthread_join(thread, NULL);
  puts("done");
}
