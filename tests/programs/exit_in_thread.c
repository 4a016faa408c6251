// exit() called by another thread than the first, while four threads fight for a lock and one sleeps.
#include "tests/programs/expect.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* fighter(void* unused) {
  for (;;) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}
static void* leaver(void* unused) {
  usleep(50000);
  puts("leaving");
  exit(9);
  return unused;
}

int main(void) {
  for (int i = 0; i < 4; i++) start(fighter, NULL);
  pthread_join(start(leaver, NULL), NULL);
  return 98;
}
