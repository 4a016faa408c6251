// A coroutine waits on a stack of its own, and the handlers that interrupt it run on another: the wait
// goes on, wherever the two stacks lie.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { kRounds = 20, kBytes = 64 << 10, kApart = 1 << 20 };
static ucontext_t home, inside;
static sem_t sem, from_handler;
static int tid, seen, handled;
static char* low;  // two stacks, far from each other

static void handler(int signal) {
  (void)signal;
  sem_post(&from_handler);
  if (write(-1, "", 1) != -1) _exit(9);
  put(&handled, get(&handled) + 1);
}

static void coroutine(void) {
  for (int i = 0; i < kRounds; i++) {
    while (sem_wait(&sem) != 0) {}
    put(&seen, get(&seen) + 1);
  }
  swapcontext(&inside, &home);
}

static void* runner(void* upper) {
  const stack_t stack = {.ss_sp = upper ? low + kApart : low, .ss_size = kBytes};
  must(sigaltstack(&stack, NULL) == 0);
  getcontext(&inside);
  inside.uc_stack.ss_sp = upper ? low : low + kApart;
  inside.uc_stack.ss_size = kBytes;
  makecontext(&inside, coroutine, 0);
  put(&tid, own_tid());
  swapcontext(&home, &inside);
  return NULL;
}

int main(void) {
  sem_init(&sem, 0, 0);
  sem_init(&from_handler, 0, 0);
  low = mmap(NULL, kApart + kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(low != MAP_FAILED);
  const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  for (long upper = 0; upper < 2; upper++) {
    put(&tid, 0);
    const pthread_t thread = start(runner, (void*)upper);
    for (int i = 0; i < kRounds; i++) {
      const int before = get(&handled), done = get(&seen);
      await_futex(await_any(&tid), &sem, sizeof sem);
      pthread_kill(thread, SIGUSR1);
      await(&handled, before + 1);
      await_futex(tid, &sem, sizeof sem);
      sem_post(&sem);
      await(&seen, done + 1);
    }
    pthread_join(thread, NULL);
    expect("edge sem %d %p %d %d", kRounds, (void*)&sem, tid, own_tid());
  }
  printf("%d %d\n", seen, handled);
  expect("wait sem %d %p woken", 2 * kRounds, (void*)&sem);
  expect("wait sem 0 %p abandoned", (void*)&sem);
  expect("call write %d", 2 * kRounds);
}
