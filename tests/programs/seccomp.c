// After its start the program forbids itself all system calls but eight; any other kills it.
#include "tests/programs/expect.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/prctl.h>

enum { kRounds = 2000 };
static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int go, sum, tids[2], left;

static void* routine(void* number) {
  put(&tids[(long)number], own_tid());
  await(&go, 1);
  for (int i = 0; i < kRounds; i++) {
    pthread_mutex_lock(&mutex);
    sum++;
    pthread_mutex_unlock(&mutex);
    sem_post(&sem);
    if (write(-1, "", 1) >= 0) break;
  }
  __atomic_add_fetch(&left, 1, __ATOMIC_SEQ_CST);
  for (;;) nap(1000000);  // the end of a thread needs more calls
  return NULL;
}

#define ALLOW(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

int main(void) {
  sem_init(&sem, 0, 0);
  expect("create 2");
  expect("wake post %d %p", 2 * kRounds, (void*)&sem);
  for (long i = 0; i < 2; i++) start(routine, (void*)i);
  for (int i = 0; i < 2; i++) await_any(&tids[i]);
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(SYS_futex), ALLOW(SYS_nanosleep), ALLOW(SYS_write), ALLOW(SYS_exit_group),
      ALLOW(SYS_rt_sigreturn), ALLOW(SYS_newfstatat), ALLOW(SYS_sched_yield), ALLOW(SYS_brk),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  const struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0);
  put(&go, 1);
  while (get(&sum) < 2 * kRounds || get(&left) < 2) nap(1000);
  int value;
  sem_getvalue(&sem, &value);
  printf("%d %d\n", sum, value);
}
