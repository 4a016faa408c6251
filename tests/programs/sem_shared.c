// A semaphore that two processes share: a post of the other one is not taken for an old one of ours.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { kRounds = 20 };
static struct shared {
  sem_t sem;
  int tid, seen;
} *shared;

static void* waiter(void* unused) {
  put(&shared->tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    must(sem_wait(&shared->sem) == 0);
    put(&shared->seen, i + 1);
  }
  return unused;
}

static void post_all(void) {  // what the other process does
  for (int i = 0; i < kRounds; i++) {
    await_futex(await_any(&shared->tid), &shared->sem, sizeof shared->sem);
    nap(5000);
    sem_post(&shared->sem);
    await(&shared->seen, i + 1);
  }
  _exit(0);
}

int main(void) {
  shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(shared != MAP_FAILED && sem_init(&shared->sem, 1, 0) == 0);
  sem_post(&shared->sem);  // long ago
  sem_wait(&shared->sem);
  const pid_t child = fork();
  if (child == 0) post_all();
  const pthread_t thread = start(waiter, NULL);
  pthread_join(thread, NULL);
  must(raw(SYS_wait4, child, 0, 0, 0) == child);
  printf("%d\n", shared->seen);
  expect("wait sem %d %p woken", kRounds, (void*)&shared->sem);
  expect("edge sem %d %p %d 0", kRounds, (void*)&shared->sem, shared->tid);
}
