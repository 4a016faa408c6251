// System V and POSIX messages and semaphores, each call once: traced by its kernel name.
#include "tests/programs/expect.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

struct message {
  long type;
  char text[8];
};

int main(void) {
  const int queue = msgget(IPC_PRIVATE, 0600), set = semget(IPC_PRIVATE, 1, 0600);
  if (queue < 0 || set < 0) return 77;
  struct message message = {1, "hello"};
  printf("msgsnd: %d\n", msgsnd(queue, &message, sizeof message.text, 0));
  printf("msgrcv: %zd\n", msgrcv(queue, &message, sizeof message.text, 0, 0));
  long result = msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT);
  printf("empty: %ld %d\n", result, errno);
  msgctl(queue, IPC_RMID, NULL);
  expect("call msgsnd 1");
  expect("call msgrcv 2");

  struct sembuf up = {0, 1, 0}, down = {0, -1, 0};
  const struct timespec brief = {0, 1000000};
  printf("semop: %d", semop(set, &up, 1));
  printf(" %d\n", semop(set, &down, 1));
  result = semtimedop(set, &down, 1, &brief);
  printf("semtimedop: %ld %d\n", result, errno);
  semctl(set, 0, IPC_RMID);
  expect("call semop,semtimedop 3");

  char name[64];
  snprintf(name, sizeof name, "/thrace-test-%ld", raw(SYS_getpid));
  struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 8};
  const mqd_t mq = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
  if (mq < 0) return 77;
  mq_unlink(name);
  char text[8] = "hello";
  struct timespec end = from_now(CLOCK_REALTIME, 1000);
  printf("mq: %d", mq_send(mq, text, sizeof text, 0));
  printf(" %d", mq_timedsend(mq, text, sizeof text, 0, &end));
  printf(" %zd", mq_receive(mq, text, sizeof text, NULL));
  printf(" %zd\n", mq_timedreceive(mq, text, sizeof text, NULL, &end));
  end = from_now(CLOCK_REALTIME, 5);
  result = mq_timedreceive(mq, text, sizeof text, NULL, &end);
  printf("late: %ld %d\n", result, errno);
  expect("call mq_timedsend 2");
  expect("call mq_timedreceive 3");
}
