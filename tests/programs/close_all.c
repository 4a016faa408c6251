// A program that closes every descriptor it finds, three times in different ways, keeps working and recorded.
#include "tests/programs/expect.h"

#include <dirent.h>
#include <sys/resource.h>

static void* routine(void* unused) {
  int fds[2];
  must(pipe(fds) == 0);
  must(write(fds[1], "x", 1) == 1);
  close(fds[0]);
  close(fds[1]);
  return unused;
}

static void work(const char* how) {
  for (int i = 0; i < 5; i++) pthread_join(start(routine, NULL), NULL);
  const int lowest = open("/dev/null", O_RDONLY);
  printf("%s: lowest %d\n", how, lowest);
  close(lowest);
}

int main(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = 3; fd < (int)limit.rlim_cur && fd < 70000; fd++) close(fd);
  work("loop");
  must(close_range(3, ~0U, 0) == 0);
  work("close_range");
  closefrom(3);
  work("closefrom");
  syscall(SYS_close_range, 3, ~0U, 0);
  work("syscall");
  expect("create 20");
  expect("call write 20");
}
