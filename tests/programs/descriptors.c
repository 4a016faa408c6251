// Reads and writes on descriptors of all kinds: what they are is in the trace.
#include "tests/programs/expect.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static void expect_target(int fd, const char* target) { expect("descriptor %d %s", fd, target); }

int main(void) {
  char path[64], byte = 'x';
  int pipes[2], sockets[2];
  snprintf(path, sizeof path, "/tmp/thrace-descriptors.%d", own_tid());
  const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int event = eventfd(1, EFD_CLOEXEC);
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  must(file >= 0 && null >= 0 && event >= 0 && poll >= 0);
  must(pipe(pipes) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  const int high = fcntl(pipes[1], F_DUPFD_CLOEXEC, 2000);  // few programs have so many

  uint64_t value;
  struct epoll_event ready;
  must(write(file, &byte, 1) == 1);
  must(write(null, &byte, 1) == 1);
  must(read(event, &value, sizeof value) == sizeof value);
  must(epoll_wait(poll, &ready, 1, 0) == 0);
  must(write(high < 0 ? pipes[1] : high, &byte, 1) == 1 && read(pipes[0], &byte, 1) == 1);
  must(send(sockets[0], &byte, 1, 0) == 1 && recv(sockets[1], &byte, 1, 0) == 1);
  must(read(-1, &byte, 1) == -1);
  expect_target(file, path);
  expect_target(null, "/dev/null");
  expect_target(event, "anon_inode:[eventfd]");
  expect_target(poll, "anon_inode:[eventpoll]");
  expect_target(high < 0 ? pipes[1] : high, "pipe:[");
  expect_target(pipes[0], "pipe:[");
  expect_target(sockets[0], "socket:[");
  expect_target(sockets[1], "socket:[");
  nap(2000000);  // long enough for the collector to look
  must(raw(SYS_unlink, path) == 0);
  puts("done");
}
