// Calls and waits that a signal interrupts: EINTR where it must be, and none where SA_RESTART says so.
#include "tests/programs/expect.h"

#include <poll.h>
#include <semaphore.h>
#include <signal.h>

static int fds[2], tid, phase;
static sem_t sem;

static void handler(int signal) { (void)signal; }

static void* kicker(void* target) {
  const long calls[] = {SYS_read, SYS_poll, SYS_clock_nanosleep, SYS_futex, SYS_futex, SYS_read};
  for (int i = 0; i < 6; i++) {
    await(&phase, i + 1);
    await_call(tid, calls[i]);
    pthread_kill((pthread_t)target, i == 5 ? SIGUSR2 : SIGUSR1);
    if (i == 5) {  // restarted: ended by data
      nap(1000);
      await_call(tid, SYS_read);
      must(raw(SYS_write, fds[1], "x", 1) == 1);
    }
  }
  return NULL;
}

int main(void) {
  tid = own_tid();
  static int word = 5;
  sem_init(&sem, 0, 0);
  must(pipe(fds) == 0);
  const struct sigaction plain = {.sa_handler = handler};
  const struct sigaction restart = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &plain, NULL);
  sigaction(SIGUSR2, &restart, NULL);
  const pthread_t thread = start(kicker, (void*)pthread_self());
  char byte;
  struct pollfd entry = {fds[0], POLLIN, 0};
  put(&phase, 1);
  long result = read(fds[0], &byte, 1);
  printf("read: %ld %d\n", result, errno);
  put(&phase, 2);
  result = poll(&entry, 1, -1);
  printf("poll: %ld %d\n", result, errno);
  put(&phase, 3);
  printf("sleep: %d\n", sleep(1000) > 900);
  put(&phase, 4);
  result = sem_wait(&sem);
  printf("sem_wait: %ld %d\n", result, errno);
  put(&phase, 5);
  result = syscall(SYS_futex, &word, 0 /* wait */, 5, NULL, NULL, 0);
  printf("futex: %ld %d\n", result, errno);
  put(&phase, 6);
  result = read(fds[0], &byte, 1);
  printf("read, restarted: %ld\n", result);
  pthread_join(thread, NULL);
  expect("wait sem 1 %p signal", (void*)&sem);
  expect("wait futex 1 %p signal", (void*)&word);
  expect("call read 2");
}
