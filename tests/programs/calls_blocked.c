// Calls that block and are ended by another thread: reads and polls are seen as blocked.
#include "tests/programs/expect.h"

#include <poll.h>

enum { kRounds = 10 };
static int fds[2], tid;

static void* feeder(void* unused) {
  for (int i = 0; i < kRounds; i++) {
    await_call(tid, SYS_read);
    nap(100);
    must(raw(SYS_write, fds[1], "x", 1) == 1);
    await_call(tid, SYS_poll);
    nap(100);
    must(raw(SYS_write, fds[1], "x", 1) == 1);
  }
  return unused;
}

int main(void) {
  tid = own_tid();
  must(pipe(fds) == 0);
  const pthread_t thread = start(feeder, NULL);
  struct pollfd entry = {fds[0], POLLIN, 0};
  char byte;
  for (int i = 0; i < kRounds; i++) {
    must(read(fds[0], &byte, 1) == 1);
    must(poll(&entry, 1, -1) == 1);
    must(raw(SYS_read, fds[0], &byte, 1) == 1);
  }
  pthread_join(thread, NULL);
  puts("done");
  expect("call read %d", kRounds);
  expect("call poll %d", kRounds);
  expect("blocked read %d", kRounds);
  expect("blocked poll %d", kRounds);
}
