// Each call that waits for descriptors or for time, once: traced by its kernel name.
#include "tests/programs/expect.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

int main(void) {
  int fds[2];
  must(pipe(fds) == 0);
  struct pollfd entry = {fds[0], POLLIN, 0};
  const struct timespec brief = {0, 1000000};
  sigset_t none;
  sigemptyset(&none);
  printf("poll: %d\n", poll(&entry, 1, 1));
  printf("ppoll: %d\n", ppoll(&entry, 1, &brief, &none));
  expect("call poll,ppoll 3");  // with the one at the end

  fd_set set;
  FD_ZERO(&set);
  FD_SET(fds[0], &set);
  struct timeval time = {0, 1000};
  printf("select: %d\n", select(fds[0] + 1, &set, NULL, NULL, &time));
  FD_SET(fds[0], &set);
  printf("pselect: %d\n", pselect(fds[0] + 1, &set, NULL, NULL, &brief, &none));
  expect("call select,pselect6 2");

  const int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[0]};
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event) == 0);
  printf("epoll_wait: %d\n", epoll_wait(epoll, &event, 1, 1));
  printf("epoll_pwait: %d\n", epoll_pwait(epoll, &event, 1, 1, &none));
  printf("epoll_pwait2: %d\n", epoll_pwait2(epoll, &event, 1, &brief, &none));
  expect("call epoll_wait,epoll_pwait,epoll_pwait2 4");

  printf("sleep: %u\n", sleep(0));
  printf("usleep: %d\n", usleep(1000));
  printf("nanosleep: %d\n", nanosleep(&brief, NULL));
  printf("clock_nanosleep: %d\n", clock_nanosleep(CLOCK_MONOTONIC, 0, &brief, NULL));
  expect("call nanosleep,clock_nanosleep 5");
  const struct timespec bad = {0, -1};
  errno = 77;
  printf("bad clock_nanosleep: %d", clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL));
  printf(" %d\n", errno);

  must(write(fds[1], "x", 1) == 1);
  printf("ready: %d %d %d\n", poll(&entry, 1, -1), epoll_wait(epoll, &event, 1, -1),
         event.data.fd == fds[0]);
}
