// Destructors of thread-specific data lock, post and start threads after their thread's routine has ended.
#include "tests/programs/expect.h"

#include <semaphore.h>

enum { kThreads = 10 };
static pthread_key_t key;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t sem;
static int destroyed, started;

static void* brief(void* unused) { return unused; }

static void destroy(void* value) {
  pthread_mutex_lock(&mutex);
  destroyed++;
  pthread_mutex_unlock(&mutex);
  sem_post(&sem);
  if ((long)value > 1) {
    pthread_setspecific(key, (void*)((long)value - 1));  // once more
  } else {
    pthread_join(start(brief, NULL), NULL);
    __atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
  }
}

static void* routine(void* unused) {
  pthread_setspecific(key, (void*)3);
  return unused;
}

int main(void) {
  sem_init(&sem, 0, 0);
  pthread_key_create(&key, destroy);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; i++) threads[i] = start(routine, NULL);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%d %d\n", destroyed, started);
  expect("create %d", 2 * kThreads);
  expect("wake post %d %p", 3 * kThreads, (void*)&sem);
}
