// Threads that nobody saw being created: those of a timer of the library (SIGEV_THREAD).
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>

static sem_t sem;
static int ticks;

static void on_tick(union sigval value) {
  (void)value;
  if (__atomic_add_fetch(&ticks, 1, __ATOMIC_SEQ_CST) <= 5) sem_post(&sem);
}

int main(void) {
  sem_init(&sem, 0, 0);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD};
  event.sigev_notify_function = on_tick;
  must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  const struct itimerspec every = {{0, 1000000}, {0, 1000000}};
  timer_settime(timer, 0, &every, NULL);
  for (int i = 0; i < 5; i++)
    while (sem_wait(&sem) != 0) {}
  timer_delete(timer);
  puts("five ticks");
  expect("create 0");
  expect("wake post 5 %p", (void*)&sem);
}
