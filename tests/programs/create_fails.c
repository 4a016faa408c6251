// Creations that fail: EAGAIN comes back unchanged, and no task is left behind.
#include "tests/programs/expect.h"


static void* routine(void* unused) { return unused; }

int main(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1UL << 46);  // more than there is
  pthread_t thread;
  for (int i = 0; i < 50; i++) must(pthread_create(&thread, &attributes, routine, NULL) == EAGAIN);
  pthread_attr_init(&attributes);
  for (int i = 0; i < 5; i++) {
    must(pthread_create(&thread, &attributes, routine, NULL) == 0);
    pthread_join(thread, NULL);
  }
  puts("done");
  expect("create 55");
  expect("failed 50");
}
