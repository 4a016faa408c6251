// A convoy: six threads often want one mutex and keep it for a while.  Somebody waits nearly
// always, and each release hands it to another thread: whoever had it must queue behind all the
// others again.
#include "tests/truth/truth.h"

enum { kThreads = 6, kRounds = 50 };
static pthread_mutex_t convoy_lock = PTHREAD_MUTEX_INITIALIZER;
static int taken, asking, left = kThreads;

static void add(int* word, int value) { __atomic_add_fetch(word, value, __ATOMIC_SEQ_CST); }

FRAME static int pass_bottleneck(void) {
  add(&asking, 1);
  pthread_mutex_lock(&convoy_lock);  // WANT
  add(&asking, -1);
  const int turn = taken + 1;
  put(&taken, turn);
  work(1000);
  while (get(&asking) < get(&left) - 1) nap(50);  // however busy the machine is, all others come
  nap(100);
  pthread_mutex_unlock(&convoy_lock);  // RELEASE
  return turn;
}

static void* walk(void* number) {
  name_thread("walker", (long)number);
  for (int i = 0; i < kRounds; i++) {
    const int turn = pass_bottleneck();
    while (get(&taken) == turn && get(&left) > 1) nap(50);  // nobody gets it twice in a row
  }
  add(&left, -1);
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) threads[i] = start(walk, (void*)(i + 1));
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("passed %d times\n", taken);
}
