// Three threads wait while a fourth runs the routine of a pthread_once; later calls do not wait.
#include "tests/programs/expect.h"

enum { kWaiters = 3 };
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int tids[kWaiters + 1], running, may_end, calls;

static void routine(void) {
  calls++;
  put(&running, 1);
  await(&may_end, 1);
}

static void* caller(void* number) {
  put(&tids[(long)number], own_tid());
  must(pthread_once(&once, routine) == 0);
  for (int i = 0; i < 100; i++) pthread_once(&once, routine);
  return NULL;
}

int main(void) {
  pthread_t threads[kWaiters + 1];
  threads[kWaiters] = start(caller, (void*)(long)kWaiters);
  await(&running, 1);
  for (long i = 0; i < kWaiters; i++) threads[i] = start(caller, (void*)i);
  for (int i = 0; i < kWaiters; i++) await_futex(await_any(&tids[i]), &once, sizeof once);
  put(&may_end, 1);
  for (int i = 0; i <= kWaiters; i++) pthread_join(threads[i], NULL);
  expect("wait once %d %p woken", kWaiters, (void*)&once);
  for (int i = 0; i < kWaiters; i++)
    expect("edge once 1 %p %d %d", (void*)&once, tids[i], tids[kWaiters]);
  printf("%d\n", calls);
}
