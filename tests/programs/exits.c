// Every way out: how the program ends is its argument.
#include "tests/programs/expect.h"

#include <signal.h>
#include <sys/resource.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* locker(void* unused) {  // still blocked when the process ends
  pthread_mutex_lock(&mutex);
  return unused;
}
static void* last(void* unused) {
  nap(20000);
  puts("last");
  return unused;
}
static volatile int* volatile nowhere;
static void at_exit(void) { puts("atexit"); }
static void quick(void) { raw(SYS_write, 1, "quick\n", 6); }

int main(int argc, char** argv) {
  const char* const way = argc > 1 ? argv[1] : "return";
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  atexit(at_exit);
  at_quick_exit(quick);
  puts(way);
  fflush(stdout);
  pthread_mutex_lock(&mutex);
  if (strcmp(way, "last-thread") != 0) {
    start(locker, NULL);
    nap(5000);
  }
  expect("create 1");
  if (!strcmp(way, "return")) return 3;
  if (!strcmp(way, "exit")) exit(4);
  if (!strcmp(way, "_exit")) _exit(5);
  if (!strcmp(way, "_Exit")) _Exit(6);
  if (!strcmp(way, "quick_exit")) quick_exit(7);
  if (!strcmp(way, "exit_group")) syscall(SYS_exit_group, 8);
  if (!strcmp(way, "abort")) abort();
  if (!strcmp(way, "segv")) *nowhere = 0;
  if (!strcmp(way, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(way, "term")) raise(SIGTERM);
  if (!strcmp(way, "last-thread")) {
    start(last, NULL);
    pthread_exit(NULL);  // the process ends with its last thread, status 0
  }
  return 98;
}
