// Names of threads: given by themselves, by others, by prctl, and inherited from the process.
#include "tests/programs/expect.h"

#include <sys/prctl.h>

enum { kThreads = 5 };
static int tids[kThreads], may_end;

static void* named(void* number) {
  char name[16], back[16];
  snprintf(name, sizeof name, "own-%ld", (long)number);
  must(pthread_setname_np(pthread_self(), name) == 0);
  pthread_getname_np(pthread_self(), back, sizeof back);
  must(strcmp(name, back) == 0);
  put(&tids[(long)number], own_tid());
  await(&may_end, 1);
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; i++) threads[i] = start(named, (void*)i);
  for (int i = 0; i < kThreads; i++) await_any(&tids[i]);
  char name[16];
  for (int i = 0; i < kThreads; i++) {
    snprintf(name, sizeof name, "given-%d", i);
    must(pthread_setname_np(threads[i], name) == 0);
    expect("label %d own-%d", tids[i], i);
    expect("label %d given-%d", tids[i], i);
  }
  printf("too long: %d\n", pthread_setname_np(threads[0], "sixteen characters"));
  put(&may_end, 1);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  prctl(PR_SET_NAME, "by prctl");
  prctl(PR_GET_NAME, name);
  puts(name);
}
