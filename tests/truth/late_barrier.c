// A late thread at a barrier: four threads meet 30 times, and one of them always comes some
// milliseconds after the others, since its part takes so long: longer than they wait for a processor on a
// busy machine.
#include "tests/truth/truth.h"

enum { kThreads = 4, kRounds = 30 };
static pthread_barrier_t start_line;

FRAME static void slow_part(void) {
  work(1000);
  usleep(20000);  // SLOW
}

FRAME static void fast_part(void) { work(100); }

FRAME static void arrive(void) {
  pthread_barrier_wait(&start_line);  // MEET
}

static void* run(void* number) {
  if (number)
    name_thread("prompt", (long)number);
  else
    name_thread("late", 0);
  for (int i = 0; i < kRounds; i++) {
    if (number)
      fast_part();
    else
      slow_part();
    arrive();
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  must(pthread_barrier_init(&start_line, NULL, kThreads) == 0);
  for (long i = 0; i < kThreads; i++) threads[i] = start(run, (void*)i);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%d rounds\n", kRounds);
}
