// Detached threads: by attribute, by pthread_detach from outside, and by themselves.
#include "tests/programs/expect.h"

enum { kThreads = 30 };
static int done;

static void* routine(void* kind) {
  if (kind == (void*)2) pthread_detach(pthread_self());
  __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

int main(void) {
  for (long i = 0; i < kThreads; i++) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (i % 3 == 0) pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    must(pthread_create(&thread, &attributes, routine, (void*)(i % 3)) == 0);
    if (i % 3 == 1) must(pthread_detach(thread) == 0);
  }
  await(&done, kThreads);
  expect("create %d", kThreads);
  printf("%d\n", done);
}
