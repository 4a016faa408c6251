/* Prints what a program inherits: descriptors, signals, ids, limits, folder.  Two runs can be compared. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char** argv) {
  printf("arguments:");
  for (int i = 0; i < argc; i++) printf(" [%s]", argv[i]);
  printf("\ndescriptors:");
  for (int fd = 0; fd < 256; fd++) {
    struct stat info;
    if (fstat(fd, &info) == 0) printf(" %d", fd);
  }
  printf("\nignored:");
  for (int number = 1; number < 65; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) printf(" %d", number);
  }
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  printf("\nblocked:");
  for (int number = 1; number < 65; number++) {
    if (sigismember(&blocked, number) == 1) printf(" %d", number);
  }
  struct rlimit core;
  getrlimit(RLIMIT_CORE, &core);
  char folder[4096];
  const mode_t mask = umask(0);
  printf("\nparent %d session %d core %ld umask %o folder %s\n", getppid(), getsid(0),
         (long)core.rlim_cur, mask, getcwd(folder, sizeof folder));
  return 0;
}
