// As many threads as the first argument says, all alive until the last is done, each with as many
// system calls as the second says.
#include "tests/programs/expect.h"

static pthread_barrier_t barrier;
static long calls;

static void* routine(void* unused) {
  (void)unused;
  char byte;
  const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  must(zero >= 0);
  pthread_barrier_wait(&barrier);
  for (long i = 0; i < calls; i++) must(read(zero, &byte, 1) == 1);
  pthread_barrier_wait(&barrier);
  close(zero);
  return NULL;
}

int main(int argc, char** argv) {
  must(argc > 2);
  const int threads = atoi(argv[1]);
  calls = atol(argv[2]);
  pthread_barrier_init(&barrier, NULL, (unsigned)threads);
  pthread_t* all = calloc((size_t)threads, sizeof *all);
  for (int i = 0; i < threads; i++) all[i] = start(routine, NULL);
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
  printf("%d threads, %ld calls each\n", threads, calls);
}
