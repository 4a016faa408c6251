// Names of threads: given by themselves, by others, by prctl, and inherited from the process.
#include "tests/programs/expect.h"

#include <sys/mman.h>
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
  // The kernel takes 15 bytes: there need be no more, not even an end.
  char* const pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && munmap(pages + 4096, 4096) == 0);
  memcpy(pages + 4096 - 15, "without its end", 15);
  must(prctl(PR_SET_NAME, pages + 4096 - 15) == 0);
  prctl(PR_GET_NAME, name);
  puts(name);
  expect("label %d by prctl", own_tid());
  expect("label %d without its end", own_tid());
}
