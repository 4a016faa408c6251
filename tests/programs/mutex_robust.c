// A robust mutex whose owner dies, with and without somebody waiting for it.
#include "tests/programs/expect.h"

static pthread_mutex_t mutex;
static int tid, may_die;

static void* owner(void* unused) {
  pthread_mutex_lock(&mutex);
  put(&tid, own_tid());
  await(&may_die, 1);
  return unused;  // dies with the mutex
}

static void* waiter(void* unused) {
  put(&tid, own_tid());
  printf("waiter: %d", pthread_mutex_lock(&mutex));
  printf(" consistent: %d", pthread_mutex_consistent(&mutex));
  printf(" unlock: %d\n", pthread_mutex_unlock(&mutex));
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&mutex, &attributes);

  // Somebody waits while the owner dies.
  const pthread_t first = start(owner, NULL);
  await_any(&tid);
  put(&tid, 0);
  const pthread_t second = start(waiter, NULL);
  await_futex(await_any(&tid), &mutex, sizeof mutex);
  put(&may_die, 1);
  pthread_join(first, NULL);
  pthread_join(second, NULL);
  expect("wait mutex 1 %p owner-died", (void*)&mutex);
  expect("wait mutex 1 %p", (void*)&mutex);

  // Nobody waits: the next to take it learns of it, and then it cannot be had any more.
  const pthread_t third = start(owner, NULL);
  pthread_join(third, NULL);
  printf("lock: %d", pthread_mutex_lock(&mutex));
  printf(" unlock: %d", pthread_mutex_unlock(&mutex));
  // Not by a try first: trylock of glibc 2.36 keeps the lock when it says ENOTRECOVERABLE.
  for (int i = 0; i < 3; i++) printf(" lock: %d", pthread_mutex_lock(&mutex));
  puts("");
  expect("create 3");
}
