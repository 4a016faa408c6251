// The routine of a pthread_once is cancelled, then jumped out of by cancellation again; a third call
// completes it.
#include "tests/programs/expect.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int calls, running;

static void routine(void) {
  if (++calls == 3) return;
  put(&running, calls);
  for (;;) pause();
}

static void* caller(void* unused) {
  pthread_once(&once, routine);
  return unused;
}

int main(void) {
  for (int i = 1; i <= 3; i++) {
    const pthread_t thread = start(caller, NULL);
    if (i < 3) {
      await(&running, i);
      pthread_cancel(thread);
    }
    void* result;
    pthread_join(thread, &result);
    printf("%d: %s\n", i, result == PTHREAD_CANCELED ? "cancelled" : "done");
  }
  pthread_once(&once, routine);
  printf("%d calls\n", calls);
}
