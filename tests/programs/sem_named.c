// Named semaphores, timed waits on both clocks, and an interrupted one.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>

static sem_t* sem;
static int tid, interrupted;

static void handler(int signal) { (void)signal; }

static void* waiter(void* unused) {
  put(&tid, own_tid());
  errno = 0;
  const int result = sem_wait(sem);
  printf("interrupted: %d %d\n", result, errno);
  put(&interrupted, 1);
  struct timespec end = from_now(CLOCK_REALTIME, 20000);
  printf("timed, posted: %d\n", sem_timedwait(sem, &end));
  return unused;
}

int main(void) {
  char name[64];
  snprintf(name, sizeof name, "/thrace-test-%ld", raw(SYS_getpid));
  sem = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
  must(sem != SEM_FAILED);
  must(sem_unlink(name) == 0);
  printf("free: %d\n", sem_wait(sem));
  struct timespec end = from_now(CLOCK_REALTIME, 5);
  int result = sem_timedwait(sem, &end);
  printf("timed: %d %d\n", result, errno);
  end = from_now(CLOCK_MONOTONIC, 5);
  result = sem_clockwait(sem, CLOCK_MONOTONIC, &end);
  printf("clock: %d %d\n", result, errno);

  const struct sigaction action = {.sa_handler = handler};  // without SA_RESTART
  sigaction(SIGUSR1, &action, NULL);
  const pthread_t thread = start(waiter, NULL);
  await_futex(await_any(&tid), sem, sizeof *sem);
  pthread_kill(thread, SIGUSR1);
  await(&interrupted, 1);
  await_futex(tid, sem, sizeof *sem);
  sem_post(sem);
  pthread_join(thread, NULL);
  expect("wait sem 2 %p timeout", (void*)sem);
  expect("wait sem 1 %p signal", (void*)sem);
  expect("wait sem 1 %p woken", (void*)sem);
  expect("edge sem 1 %p %d %d", (void*)sem, tid, own_tid());
  printf("close: %d\n", sem_close(sem));
}
