// Each call that sends or receives, accepts or connects, once: traced by its kernel name.
#include "tests/programs/expect.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

static struct sockaddr_in address = {.sin_family = AF_INET};

static void* client(void* ends) {
  int* const sockets = ends;
  for (int i = 0; i < 2; i++) {
    sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(sockets[i], (struct sockaddr*)&address, sizeof address) == 0);
  }
  return NULL;
}

int main(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(bind(listener, (struct sockaddr*)&address, sizeof address) == 0 && listen(listener, 5) == 0);
  socklen_t length = sizeof address;
  getsockname(listener, (struct sockaddr*)&address, &length);
  int there[2], here[2];
  const pthread_t thread = start(client, there);
  here[0] = accept(listener, NULL, NULL);
  here[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  must(here[0] >= 0 && here[1] >= 0);
  pthread_join(thread, NULL);
  expect("call connect 2");
  expect("call accept,accept4 2");

  char text[16] = "0123456789abcde";
  struct iovec vector = {text, 4};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
  struct mmsghdr messages = {.msg_hdr = message};
  must(send(here[0], text, 4, 0) == 4);
  must(sendto(here[0], text, 4, 0, NULL, 0) == 4);
  must(sendmsg(here[0], &message, 0) == 4);
  must(sendmmsg(here[0], &messages, 1, 0) == 1);
  must(recv(there[0], text, 4, MSG_WAITALL) == 4);
  must(recvfrom(there[0], text, 4, MSG_WAITALL, NULL, NULL) == 4);
  must(recvmsg(there[0], &message, MSG_WAITALL) == 4);
  must(recvmmsg(there[0], &messages, 1, MSG_WAITALL, NULL) == 1);
  expect("call sendmsg 1");
  expect("call sendmmsg 1");
  expect("call recvmsg 1");
  expect("call recvmmsg 1");

  errno = 0;
  long result = recv(there[0], text, 4, MSG_DONTWAIT);
  printf("nothing: %ld %d\n", result, errno);
  close(here[1]);
  printf("end: %zd\n", recvfrom(there[1], text, 4, 0, NULL, NULL));
  result = send(-1, text, 4, MSG_NOSIGNAL);
  printf("bad: %ld %d\n", result, errno);
  expect("call sendto 3");
  expect("call recvfrom 4");
}
