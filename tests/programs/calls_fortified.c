// The checked variants that _FORTIFY_SOURCE calls: __read_chk, __pread_chk, __recv_chk, __poll_chk and more.
#include "tests/programs/expect.h"

#include <poll.h>
#include <sys/socket.h>

int main(int argc, char** argv) {
  (void)argv;
  int fds[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  char text[64] = "0123456789";
  const size_t size = (size_t)argc * 4;  // not known to the compiler, so it checks at run time
  struct pollfd entries[2] = {{fds[1], POLLIN, 0}, {fds[0], POLLOUT, 0}};
  const struct timespec brief = {1, 0};
  for (int i = 0; i < 3; i++) must(write(fds[0], text, size) == 4);
  must(read(fds[1], text, size) == 4);
  must(recv(fds[1], text, size, 0) == 4);
  must(recvfrom(fds[1], text, size, 0, NULL, NULL) == 4);
  printf("poll: %d", poll(entries, (nfds_t)argc, 1));
  printf(" ppoll: %d\n", ppoll(entries, (nfds_t)argc + 1, &brief, NULL));
  const int file = open("/proc/self/exe", O_RDONLY);
  must(pread(file, text, size, 1) == 4);
  must(pread64(file, text, size, 1) == 4);
  printf("%.3s\n", text);
  expect("call read 1");
  expect("call recvfrom 2");
  expect("call poll,ppoll 2");
  expect("call pread64 2");
}
