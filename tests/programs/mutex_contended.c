// A mutex is waited for exactly 100 times: each time its holder sees the waiter blocked before it lets go.
#include "tests/programs/expect.h"

enum { kRounds = 100 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int turn, tid;
static long counter;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    await(&turn, 2 * i + 1);
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
    put(&turn, 2 * i + 2);
  }
  return unused;
}

int main(void) {
  for (int i = 0; i < 1000; i++) {  // a free mutex is no wait
    pthread_mutex_lock(&mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
  }
  const pthread_t thread = start(waiter, NULL);
  await_any(&tid);
  for (int i = 0; i < kRounds; i++) {
    pthread_mutex_lock(&mutex);
    put(&turn, 2 * i + 1);
    await_futex(tid, &mutex, sizeof mutex);
    counter++;
    pthread_mutex_unlock(&mutex);
    await(&turn, 2 * i + 2);
  }
  pthread_join(thread, NULL);
  expect("create 1");
  expect("wait mutex %d %p woken", kRounds, (void*)&mutex);
  expect("wait mutex %d %p", kRounds, (void*)&mutex);
  expect("wake unlock %d %p", kRounds, (void*)&mutex);
  expect("edge mutex %d %p %d %d", kRounds, (void*)&mutex, tid, own_tid());
  printf("%ld\n", counter);
}
