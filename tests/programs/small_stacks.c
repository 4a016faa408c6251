// Threads on 16 KiB stacks lock, wait, post, sleep and write.
#include "tests/programs/expect.h"

#include <limits.h>
#include <semaphore.h>

enum { kThreads = 50 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;
static int arrived;

static void* routine(void* unused) {
  pthread_mutex_lock(&mutex);
  if (++arrived == kThreads) pthread_cond_broadcast(&cond);
  while (arrived < kThreads) pthread_cond_wait(&cond, &mutex);
  pthread_mutex_unlock(&mutex);
  sem_wait(&sem);
  usleep(100);
  must(write(-1, "", 1) < 0);
  sem_post(&sem);
  pthread_setname_np(pthread_self(), "small");
  return unused;
}

int main(void) {
  sem_init(&sem, 0, 4);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  must(pthread_attr_setstacksize(&attributes, 16384) == 0);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; i++) must(pthread_create(&threads[i], &attributes, routine, NULL) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%d\n", arrived);
  expect("create %d", kThreads);
  expect("wake post %d %p", kThreads, (void*)&sem);
  expect("call write %d", kThreads);
}
