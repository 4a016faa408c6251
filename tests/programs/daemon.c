// daemon() and the classic double fork: the work goes on in a process whose parent is gone.
#include "tests/programs/expect.h"

#include <sys/wait.h>

static void* work(void* unused) { return unused; }

static void live(int fd) {
  for (int i = 0; i < 3; i++) pthread_join(start(work, NULL), NULL);
  expect("create 3");
  must(write(fd, "d", 1) == 1);
  _exit(0);
}

int main(void) {
  int fds[2];
  must(pipe(fds) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    if (daemon(1, 1) != 0) _exit(1);
    live(fds[1]);
  }
  int status;
  must(waitpid(pid, &status, 0) == pid);
  pid = fork();
  if (pid == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    live(fds[1]);
  }
  must(waitpid(pid, &status, 0) == pid);
  close(fds[1]);
  char byte;
  int count = 0;
  while (read(fds[0], &byte, 1) == 1) count++;  // until both are gone
  printf("%d\n", count);
  expect("call read 3");
}
