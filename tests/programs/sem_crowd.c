// Six threads sleep at one semaphore; six posts by three threads wake one of them each.
#include <semaphore.h>

#include "tests/programs/expect.h"

enum { kWaiters = 6, kRounds = 20 };
static sem_t sem;
static int tids[kWaiters], through;

static void* waiter(void* number) {
  put(&tids[(long)number], own_tid());
  for (int i = 0; i < kRounds; i++) {
    while (get(&through) < i * kWaiters) nap(20);
    must(sem_wait(&sem) == 0);
    __atomic_add_fetch(&through, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

static void* poster(void* unused) {
  sem_post(&sem);
  sem_post(&sem);
  return unused;
}

int main(void) {
  pthread_t threads[kWaiters];
  sem_init(&sem, 0, 0);
  for (long i = 0; i < kWaiters; i++) threads[i] = start(waiter, (void*)i);
  for (int round = 0; round < kRounds; round++) {
    await(&through, round * kWaiters);
    for (int i = 0; i < kWaiters; i++) await_futex(await_any(&tids[i]), &sem, sizeof sem);
    pthread_t posters[3];
    for (int i = 0; i < 3; i++) posters[i] = start(poster, NULL);
    for (int i = 0; i < 3; i++) pthread_join(posters[i], NULL);
  }
  for (int i = 0; i < kWaiters; i++) pthread_join(threads[i], NULL);
  expect("create %d", kWaiters + 3 * kRounds);
  expect("wait sem %d %p woken", kWaiters * kRounds, (void*)&sem);
  expect("wake post %d %p", kWaiters * kRounds, (void*)&sem);
  printf("%d\n", through);
}
