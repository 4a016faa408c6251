// Coroutines by swapcontext, on stacks of their own and moved between two threads, wait and post.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <ucontext.h>

enum { kCoroutines = 8, kSteps = 50 };
static ucontext_t home[2], contexts[kCoroutines];
static int at[kCoroutines];  // the thread on which each runs now
static char stacks[kCoroutines][32768];
static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long done;
static int turn;

static void coroutine(int number) {
  for (int i = 0; i < kSteps; i++) {
    sem_post(&sem);
    while (sem_wait(&sem) != 0) {}
    pthread_mutex_lock(&mutex);
    done++;
    pthread_mutex_unlock(&mutex);
    must(write(-1, "", 1) < 0);
    swapcontext(&contexts[number], &home[at[number]]);
  }
}

static void* runner(void* id) {  // the two take turns, so that each resumes what the other suspended
  const int self = (int)(long)id;
  for (int step = self; step < kSteps; step += 2) {
    await(&turn, step);
    for (int i = 0; i < kCoroutines; i++) {
      at[i] = self;
      swapcontext(&home[self], &contexts[i]);
    }
    put(&turn, step + 1);
  }
  return NULL;
}

int main(void) {
  sem_init(&sem, 0, 0);
  for (int i = 0; i < kCoroutines; i++) {
    getcontext(&contexts[i]);
    contexts[i].uc_stack.ss_sp = stacks[i];
    contexts[i].uc_stack.ss_size = sizeof stacks[i];
    contexts[i].uc_link = NULL;
    makecontext(&contexts[i], (void (*)(void))coroutine, 1, i);
  }
  const pthread_t threads[] = {start(runner, (void*)0L), start(runner, (void*)1L)};
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%ld\n", done);
  expect("create 2");
  expect("wake post %d %p", kCoroutines * kSteps, (void*)&sem);
  expect("call write %d", kCoroutines * kSteps);
}
