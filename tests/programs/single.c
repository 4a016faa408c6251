// Calls that only a single-threaded process may make succeed: no helper thread lives in the program.
#include "tests/programs/expect.h"

#include <sched.h>
#include <sys/wait.h>

int main(void) {
  fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : errno);  // EINVAL with a second thread
  int status;
  must(waitpid(pid, &status, 0) == pid);
  printf("user namespace: %d\n", WEXITSTATUS(status));
  printf("sighand: %d\n", unshare(CLONE_SIGHAND));
  printf("memory: %d\n", unshare(CLONE_VM));
}
