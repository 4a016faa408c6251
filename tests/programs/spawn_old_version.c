// A program of before 2012: its posix_spawn gives a file that is no program to the shell.
#include "tests/programs/expect.h"

#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SPAWN(name)                                                                             \
  int name(pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,    \
           char* const*, char* const*)
__asm__(".symver old_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver old_spawnp, posix_spawnp@GLIBC_2.2.5");
SPAWN(old_spawn);
SPAWN(old_spawnp);

int main(void) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/thrace-script.%ld", raw(SYS_getpid));
  FILE* const script = fopen(path, "w");
  must(script && fputs("exit 7\n", script) >= 0 && fclose(script) == 0 && chmod(path, 0700) == 0);
  char* const argv[] = {path, NULL};
  char* const envp[] = {NULL};
  SPAWN((*const spawns[])) = {old_spawn, old_spawnp, posix_spawn, posix_spawnp};
  for (int i = 0; i < 4; i++) {
    pid_t pid = -1;
    const int error = spawns[i](&pid, path, NULL, NULL, argv, envp);
    int status = 0;
    if (!error) must(raw(SYS_wait4, pid, &status, 0, 0) == pid);
    printf("%d: %d, %d\n", i, error, WEXITSTATUS(status));
  }
  unlink(path);
  expect("call clone 4");
}
