// Joins that run out, a join of a thread that ended long ago, of a detached one, of oneself; the end by
// pthread_exit.
#include "tests/programs/expect.h"

static int may_end;
static void* lasts(void* unused) {
  await(&may_end, 1);
  pthread_exit(unused);
}
static void* brief(void* value) { return value; }

int main(void) {
  const pthread_t thread = start(lasts, (void*)5);
  struct timespec end = from_now(CLOCK_REALTIME, 5);
  printf("timed: %d\n", pthread_timedjoin_np(thread, NULL, &end));
  end = from_now(CLOCK_MONOTONIC, 5);
  printf("clock: %d\n", pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &end));
  printf("try: %d\n", pthread_tryjoin_np(thread, NULL));
  printf("self: %d\n", pthread_join(pthread_self(), NULL));
  put(&may_end, 1);
  void* result;
  const int joined = pthread_join(thread, &result);
  printf("join: %d %ld\n", joined, (long)result);
  expect("wait join 2 0x%lx timeout", thread);

  const pthread_t ended = start(brief, (void*)6);
  while (pthread_tryjoin_np(ended, &result) == EBUSY) nap(100);
  printf("tried: %ld\n", (long)result);
  expect("create 2");
}
