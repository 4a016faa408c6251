// Asynchronous cancellation hits threads at any instruction of a loop of traced calls, 300 times.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>

enum { kRounds = 300 };
static int running;
static sem_t sem;

static void* victim(void* unused) {
  int old;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
  put(&running, 1);
  for (;;) {
    // Only calls that leave nothing behind when they are cut: POSIX would allow fewer still.
    sem_post(&sem);
    while (sem_trywait(&sem) == 0) {}
    syscall(SYS_getppid);
    sched_yield();
    usleep(0);
  }
  return unused;
}

int main(void) {
  sem_init(&sem, 0, 0);
  int cancelled = 0;
  for (int i = 0; i < kRounds; i++) {
    put(&running, 0);
    const pthread_t thread = start(victim, NULL);
    await(&running, 1);
    nap(i % 50);
    pthread_cancel(thread);
    void* result;
    pthread_join(thread, &result);
    cancelled += result == PTHREAD_CANCELED;
  }
  printf("%d\n", cancelled);
  expect("create %d", kRounds);
}
