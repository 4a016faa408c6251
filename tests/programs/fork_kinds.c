// Children made by every call that copies the process: each records its own thread, none its parent's.
#include "tests/programs/expect.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* brief(void* unused) { return unused; }
static void before(void) { pthread_mutex_lock(&mutex); }
static void after(void) { pthread_mutex_unlock(&mutex); }

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
  expect("create 1");
  expect("images 6");
}
