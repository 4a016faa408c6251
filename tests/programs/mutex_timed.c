// Waits for a mutex with an end, on both clocks: some run out, some are granted.
#include "tests/programs/expect.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int tid, monotonic;

static int lock_within(long milliseconds) {
  if (monotonic) {
    const struct timespec end = from_now(CLOCK_MONOTONIC, milliseconds);
    return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &end);
  }
  const struct timespec end = from_now(CLOCK_REALTIME, milliseconds);
  return pthread_mutex_timedlock(&mutex, &end);
}

static void* waiter(void* unused) {
  printf("short: %d\n", lock_within(10));
  printf("past: %d\n", lock_within(-1000));
  put(&tid, own_tid());
  printf("long: %d\n", lock_within(20000));
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  printf("free: %d\n", lock_within(10));
  pthread_mutex_unlock(&mutex);
  for (monotonic = 0; monotonic < 2; monotonic++) {
    put(&tid, 0);
    pthread_mutex_lock(&mutex);
    const pthread_t thread = start(waiter, NULL);
    await_futex(await_any(&tid), &mutex, sizeof mutex);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    expect("edge mutex 1 %p %d %d", (void*)&mutex, tid, own_tid());
  }
  const struct timespec bad = {0, 2000000000};
  pthread_mutex_lock(&mutex);
  printf("bad time: %d\n", pthread_mutex_timedlock(&mutex, &bad));
  expect("create 2");
  expect("wait mutex 2 %p woken", (void*)&mutex);
  expect("wait mutex 4 %p timeout", (void*)&mutex);
}
