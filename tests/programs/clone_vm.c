// clone(CLONE_VM | CLONE_VFORK) with a stack of its own: what posix_spawn does, done by the program.
#include "tests/programs/expect.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static int shared;

static int child(void* program) {
  shared++;
  if (shared % 2) _exit(shared);
  execl(program, program, "9", NULL);
  _exit(99);
}

int main(int argc, char** argv) {
  if (argc > 1) return atoi(argv[1]);
  static char stack[65536] __attribute__((aligned(16)));
  for (int i = 0; i < 6; i++) {
    const int pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, argv[0]);
    int status;
    must(waitpid(pid, &status, 0) == pid);
    printf("%d\n", WEXITSTATUS(status));
  }
  printf("shared %d\n", shared);
}
