// The wait family and the signal waits, each call once: traced by its kernel name.
#include "tests/programs/expect.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void handler(int signal) { (void)signal; }

static pid_t child(int status) {
  const pid_t pid = fork();
  if (pid == 0) raw(SYS_exit_group, status);
  return pid;
}

static void* kicker(void* target) {  // interrupts the main thread once it sleeps
  static const long calls[] = {SYS_pause, SYS_rt_sigsuspend, SYS_rt_sigtimedwait};
  for (int i = 0; i < 3; i++) {
    await_call((int)(long)target, calls[i]);
    raw(SYS_tgkill, raw(SYS_getpid), target, i == 2 ? SIGUSR2 : SIGUSR1);
  }
  return NULL;
}

int main(void) {
  int status;
  siginfo_t info;
  struct rusage usage;
  child(1);
  must(wait(&status) > 0);
  printf("wait: %d\n", WEXITSTATUS(status));
  must(waitpid(child(2), &status, 0) > 0);
  printf("waitpid: %d\n", WEXITSTATUS(status));
  child(3);
  must(wait3(&status, 0, &usage) > 0);
  printf("wait3: %d\n", WEXITSTATUS(status));
  must(wait4(child(4), &status, 0, &usage) > 0);
  printf("wait4: %d\n", WEXITSTATUS(status));
  must(waitid(P_PID, (id_t)child(5), &info, WEXITED) == 0);
  printf("waitid: %d\n", info.si_status);
  errno = 0;
  const int none = wait(&status);
  printf("none: %d %d\n", none, errno);
  expect("call wait4 5");
  expect("call waitid 1");

  signal(SIGUSR1, handler);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, &old);
  const pthread_t thread = start(kicker, (void*)(long)own_tid());
  int result = pause();
  printf("pause: %d %d\n", result, errno == EINTR);
  result = sigsuspend(&old);
  printf("sigsuspend: %d %d\n", result, errno == EINTR);
  int number = 0;
  printf("sigwait: %d", sigwait(&set, &number));
  printf(" %d\n", number == SIGUSR2);
  pthread_join(thread, NULL);
  raise(SIGUSR2);
  printf("sigwaitinfo: %d\n", sigwaitinfo(&set, &info) == SIGUSR2);
  const struct timespec brief = {0, 1000000};
  result = sigtimedwait(&set, &info, &brief);
  printf("sigtimedwait: %d %d\n", result, errno == EAGAIN);
  expect("call pause,ppoll 1");
  expect("call rt_sigsuspend 1");
  expect("call rt_sigtimedwait 3");
}
