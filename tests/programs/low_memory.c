// A small address space: threads are refused with EAGAIN until there is room, and the program goes on.
#include "tests/programs/expect.h"

#include <sys/mman.h>
#include <sys/resource.h>

static int may_end;
static void* routine(void* unused) {
  await(&may_end, 1);
  return unused;
}

int main(void) {
  char text[256];
  must(proc_text("/proc/self/statm", text, sizeof text) > 0);
  const rlim_t now = (rlim_t)atol(text) * 4096;  // what is mapped already is not the question
  const struct rlimit limit = {now + (96 << 20), now + (96 << 20)};
  must(setrlimit(RLIMIT_AS, &limit) == 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  pthread_t threads[64];
  int count = 0, failed = 0;
  for (; count < 64 && !failed;) {
    failed = pthread_create(&threads[count], &attributes, routine, NULL);
    if (!failed) count++;
  }
  void* const huge = mmap(NULL, 256 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("refused: %d, some: %d, huge: %d\n", failed == EAGAIN, count > 3, huge == MAP_FAILED);
  put(&may_end, 1);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  printf("again: %d\n", pthread_create(&threads[0], &attributes, routine, NULL));
  pthread_join(threads[0], NULL);
}
