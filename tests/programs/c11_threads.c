// C11 threads: thrd, mtx, cnd, call_once and tss, each with a known number of waits.
#include "tests/programs/expect.h"

#include <threads.h>

enum { kRounds = 20 };
static mtx_t mutex;
static cnd_t cond;
static once_flag flag = ONCE_FLAG_INIT;
static tss_t key;
static int tid, goal, seen, turn, destroyed, called;

static void destroy(void* value) { destroyed += value == &seen; }
static void call(void) { called++; }

static int waiter(void* value) {
  call_once(&flag, call);
  tss_set(key, value);
  put(&tid, own_tid());
  for (int i = 1; i <= kRounds; i++) {
    mtx_lock(&mutex);
    while (goal < i) cnd_wait(&cond, &mutex);
    mtx_unlock(&mutex);
    put(&seen, i);
    await(&turn, i);
    mtx_lock(&mutex);
    mtx_unlock(&mutex);
    put(&turn, -i);
  }
  thrd_exit(42);
}

int main(void) {
  must(mtx_init(&mutex, mtx_timed) == thrd_success && cnd_init(&cond) == thrd_success);
  must(tss_create(&key, destroy) == thrd_success);
  thrd_t thread;
  must(thrd_create(&thread, waiter, &seen) == thrd_success);
  await_any(&tid);
  for (int i = 1; i <= kRounds; i++) {
    await_futex(tid, &cond, sizeof cond);
    mtx_lock(&mutex);
    goal = i;
    mtx_unlock(&mutex);
    cnd_signal(&cond);
    await(&seen, i);
    mtx_lock(&mutex);
    put(&turn, i);
    await_futex(tid, &mutex, sizeof mutex);
    mtx_unlock(&mutex);
    await(&turn, -i);
  }
  int result;
  thrd_join(thread, &result);
  call_once(&flag, call);
  mtx_lock(&mutex);
  struct timespec end = from_now(CLOCK_REALTIME, 5);
  const int timed = cnd_timedwait(&cond, &mutex, &end);
  end = from_now(CLOCK_REALTIME, 5);
  const int busy = mtx_trylock(&mutex), late = mtx_timedlock(&mutex, &end);
  printf("%d, timed %d, busy %d, late %d\n", result, timed == thrd_timedout, busy == thrd_busy,
         late == thrd_timedout);
  printf("destroyed %d called %d\n", destroyed, called);
  expect("create 1");
  expect("wait cond %d %p woken", kRounds, (void*)&cond);
  expect("edge cond %d %p %d %d", kRounds, (void*)&cond, tid, own_tid());
  expect("edge mutex %d %p %d %d", kRounds, (void*)&mutex, tid, own_tid());
}
