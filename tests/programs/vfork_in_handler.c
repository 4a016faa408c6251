// A handler that makes a child by vfork interrupts the wait of a thread: the wait goes on.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>
#include <sys/wait.h>

enum { kRounds = 20 };
static sem_t sem;
static int tid, seen, handled;
static pid_t child;  // not on the stack: vfork returns twice

static void handler(int signal) {
  (void)signal;
  child = vfork();
  if (child == 0) _exit(0);
  put(&handled, get(&handled) + 1);
}

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    while (sem_wait(&sem) != 0) {}
    put(&seen, i + 1);
  }
  return unused;
}

int main(void) {
  sem_init(&sem, 0, 0);
  const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  const pthread_t thread = start(waiter, NULL);
  for (int i = 0; i < kRounds; i++) {
    await_futex(await_any(&tid), &sem, sizeof sem);
    pthread_kill(thread, SIGUSR1);
    await(&handled, i + 1);
    await_futex(tid, &sem, sizeof sem);
    must(raw(SYS_wait4, child, 0, 0, 0) == child);
    sem_post(&sem);
    await(&seen, i + 1);
  }
  pthread_join(thread, NULL);
  printf("%d %d\n", seen, handled);
  expect("wait sem %d %p woken", kRounds, (void*)&sem);
  expect("wait sem 0 %p abandoned", (void*)&sem);
  expect("edge sem %d %p %d %d", kRounds, (void*)&sem, tid, own_tid());
}
