// A timer's handler jumps out of whatever runs, every 100 us for two seconds, in a storm of posts and locks.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

static __thread sigjmp_buf back;
static __thread volatile sig_atomic_t may_jump;
static sem_t sem;
static int stop;
static long jumps, rounds;

static void handler(int signal) {
  (void)signal;
  sem_post(&sem);  // a traced call in a handler
  if (may_jump) {
    may_jump = 0;
    siglongjmp(back, 1);
  }
}

static void* storm(void* jumper) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPROF);
  if (jumper) pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  pthread_mutex_t own;  // what is left behind by a jump is this thread's alone
  while (!get(&stop)) {
    if (jumper && sigsetjmp(back, 1)) __atomic_add_fetch(&jumps, 1, __ATOMIC_RELAXED);
    pthread_mutex_init(&own, NULL);
    if (jumper) may_jump = 1;
    for (int i = 0; i < 200; i++) {
      pthread_mutex_lock(&own);
      pthread_mutex_unlock(&own);
      sem_post(&sem);
      while (sem_trywait(&sem) == 0) {}
      syscall(SYS_getppid);
    }
    struct timespec past = {0, 0};
    while (sem_trywait(&sem) == 0) {}
    sem_timedwait(&sem, &past);  // a wait that is recorded, and jumped out of
    may_jump = 0;
    __atomic_add_fetch(&rounds, 1, __ATOMIC_RELAXED);
  }
  return NULL;
}

int main(void) {
  sem_init(&sem, 0, 0);
  const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGPROF, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPROF);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_t threads[3];
  for (long i = 0; i < 3; i++) threads[i] = start(storm, i < 2 ? &sem : NULL);
  const struct itimerval every = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &every, NULL);
  for (int i = 0; i < 20; i++) nap(100000);
  setitimer(ITIMER_PROF, &never, NULL);
  put(&stop, 1);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  must(rounds > 10);
  puts(jumps > 50 ? "enough jumps" : "too few jumps");
  expect("create 3");
}
