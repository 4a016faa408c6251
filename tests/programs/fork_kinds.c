// Children made by every call that copies the process: each records its own thread, none its parent's.
#include "tests/programs/expect.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* brief(void* unused) { return unused; }
static void before(void) { pthread_mutex_lock(&mutex); }
static void after(void) { pthread_mutex_unlock(&mutex); }

// A thread's child whose first traced call is its end: that is not its parent's.
static void* forks(void* unused) {
  const long pid = raw(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) return unused;
  int status;
  must(waitpid((pid_t)pid, &status, 0) == pid);
  printf("in a thread: %d\n", WEXITSTATUS(status));
  must(pthread_setname_np(pthread_self(), "lives on") == 0);
  expect("label %d lives on", own_tid());
  return unused;
}

static void live(void) {  // what a child does
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  usleep(100);
  _exit(11);
}

int main(void) {
  pthread_join(start(brief, NULL), NULL);
  pthread_atfork(before, after, after);
  for (int kind = 0; kind < 5; kind++) {
    static const char* const names[] = {"fork", "_Fork", "SYS_fork", "SYS_clone", "raw"};
    fflush(stdout);
    long pid = -1;
    if (kind == 0) pid = fork();
    if (kind == 1) pid = _Fork();
    if (kind == 2) pid = syscall(SYS_fork);
    if (kind == 3) pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (kind == 4) pid = raw(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) live();
    int status;
    must(waitpid((pid_t)pid, &status, 0) == pid);
    printf("%s: %d\n", names[kind], WEXITSTATUS(status));
  }
  fflush(stdout);
  pthread_join(start(forks, NULL), NULL);
  expect("create 2");
  expect("call wait4 6");
  expect("images 7");
}
