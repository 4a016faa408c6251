// Fifty waits for a condition variable, each ended by one signal that follows when the waiter sleeps.
#include "tests/programs/expect.h"

enum { kRounds = 50 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int tid, goal, seen;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 1; i <= kRounds; i++) {
    pthread_mutex_lock(&mutex);
    while (goal < i) pthread_cond_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    put(&seen, i);
  }
  return unused;
}

int main(void) {
  const pthread_t thread = start(waiter, NULL);
  await_any(&tid);
  for (int i = 1; i <= kRounds; i++) {
    await_futex(tid, &cond, sizeof cond);
    pthread_mutex_lock(&mutex);
    goal = i;
    pthread_mutex_unlock(&mutex);
    pthread_cond_signal(&cond);
    await(&seen, i);
  }
  pthread_join(thread, NULL);
  expect("wait cond %d %p woken", kRounds, (void*)&cond);
  expect("wake signal %d %p", kRounds, (void*)&cond);
  expect("edge cond %d %p %d %d", kRounds, (void*)&cond, tid, own_tid());
  expect("wait mutex 0 %p", (void*)&mutex);
  printf("%d\n", seen);
}
