// Eight waiters of one condition variable, ten broadcasts, and a signal to nobody.
#include "tests/programs/expect.h"

enum { kThreads = 8, kRounds = 10 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int tids[kThreads], goal, through;

static void* waiter(void* number) {
  put(&tids[(long)number], own_tid());
  for (int i = 1; i <= kRounds; i++) {
    pthread_mutex_lock(&mutex);
    while (goal < i) pthread_cond_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) threads[i] = start(waiter, (void*)i);
  for (int i = 1; i <= kRounds; i++) {
    for (int t = 0; t < kThreads; t++) await_futex(await_any(&tids[t]), &cond, sizeof cond);
    pthread_mutex_lock(&mutex);
    goal = i;
    pthread_mutex_unlock(&mutex);
    pthread_cond_broadcast(&cond);
    await(&through, i * kThreads);
  }
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  pthread_cond_signal(&cond);
  expect("create %d", kThreads);
  expect("wait cond %d %p woken", kThreads * kRounds, (void*)&cond);
  expect("wake broadcast %d %p", kRounds, (void*)&cond);
  expect("wake signal 1 %p", (void*)&cond);
  for (int i = 0; i < kThreads; i++)
    expect("edge cond %d %p %d %d", kRounds, (void*)&cond, tids[i], own_tid());
  printf("%d\n", through);
}
