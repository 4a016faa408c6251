// Threads and locks before main: in .preinit_array and in constructors, and after it: in destructors.
#include "tests/programs/expect.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int before;

static void* routine(void* unused) {
  pthread_mutex_lock(&mutex);
  before++;
  pthread_mutex_unlock(&mutex);
  return unused;
}
static void run(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) threads[i] = start(routine, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}
static void preinit(int argc, char** argv, char** environment) {
  (void)argc, (void)argv, (void)environment;
  run();
}
__attribute__((section(".preinit_array"), used)) static void (*preinits[])(int, char**, char**) = {preinit};
__attribute__((constructor)) static void construct(void) { run(); }
__attribute__((destructor)) static void destruct(void) {
  run();
  printf("after main: %d\n", before);
}

int main(void) {
  printf("before main: %d\n", before);
  expect("create 6");
}
