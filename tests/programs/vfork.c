// Children of vfork run on their parent's memory and stack: they pass through, and exec or _exit.
#include "tests/programs/expect.h"

#include <sys/wait.h>

static volatile int shared;
static int i;  // not on the stack: vfork returns twice

int main(int argc, char** argv) {
  if (argc > 1) return atoi(argv[1]);
  for (i = 0; i < 20; i++) {
    fflush(stdout);
    const pid_t pid = vfork();
    if (pid == 0) {
      shared++;
      close(100);
      if (write(1, i % 2 ? "e" : "x", 1) != 1) _exit(99);
      if (i % 4 == 1) execl(argv[0], argv[0], "3", NULL);
      if (i % 4 == 3) execl("/nonexistent", "nonexistent", NULL);
      _exit(4);
    }
    int status;
    must(waitpid(pid, &status, 0) == pid);
    printf(" %d\n", WEXITSTATUS(status));
    must(write(1, "", 0) == 0);
  }
  printf("shared %d\n", shared);
  expect("call wait4 20");
  expect("call write 20");  // the parent's; its children's are not recorded
}
