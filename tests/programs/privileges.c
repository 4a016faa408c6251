// A server's start: it changes its root, drops its privileges, and then starts its threads.
#include "tests/programs/expect.h"

#include <grp.h>
#include <sys/prctl.h>

enum { kThreads = 4 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int steps;

static void* routine(void* unused) {
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    steps++;
    pthread_mutex_unlock(&mutex);
    must(write(-1, "", 1) < 0);
  }
  return unused;
}

int main(void) {
  if (geteuid() != 0) return 77;
  expect("create %d", 2 * kThreads);  // now: the file cannot be reached later
  expect("call write %d", 2000 * kThreads);
  char place[] = "/tmp/thrace-test-XXXXXX";
  must(mkdtemp(place));
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; i++) threads[i] = start(routine, NULL);
  must(chdir(place) == 0 && rmdir(place) == 0 && chroot(".") == 0);  // nothing stays behind
  must(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < kThreads; i++) threads[i] = start(routine, NULL);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("%d as %d, dumpable %d\n", steps, (int)getuid(), prctl(PR_GET_DUMPABLE));
}
