// Fifty waits for a semaphore, each ended by one post; posts that nobody waits for; tries.
#include <semaphore.h>

#include "tests/programs/expect.h"

enum { kRounds = 50, kStock = 30 };
static sem_t sem;
static int tid, seen;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 1; i <= kRounds; i++) {
    while (sem_wait(&sem) != 0) {}
    put(&seen, i);
  }
  return unused;
}

int main(void) {
  must(sem_init(&sem, 0, 0) == 0);
  const pthread_t thread = start(waiter, NULL);
  for (int i = 1; i <= kRounds; i++) {
    await_futex(await_any(&tid), &sem, sizeof sem);
    sem_post(&sem);
    await(&seen, i);
  }
  pthread_join(thread, NULL);
  for (int i = 0; i < kStock; i++) sem_post(&sem);
  int value;
  sem_getvalue(&sem, &value);
  for (int i = 0; i < kStock; i++) must(sem_wait(&sem) == 0);  // free: no waits
  errno = 0;
  const int empty = sem_trywait(&sem);
  printf("stock %d, empty %d %d, destroy %d\n", value, empty, errno, sem_destroy(&sem));
  expect("wait sem %d %p woken", kRounds, (void*)&sem);
  expect("wait sem %d %p", kRounds, (void*)&sem);
  expect("wake post %d %p", kRounds + kStock, (void*)&sem);
  expect("edge sem %d %p %d %d", kRounds, (void*)&sem, tid, own_tid());
}
