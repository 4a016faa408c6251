// posix_spawn, posix_spawnp, system and popen: children that libc makes by itself.
#include "tests/programs/expect.h"

#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

int main(int argc, char** argv) {
  if (argc > 1) return atoi(argv[1]);
  char* arguments[] = {argv[0], "5", NULL};
  char* shell[] = {"sh", "-c", "exit 6", NULL};
  pid_t pid;
  int status;
  must(posix_spawn(&pid, argv[0], NULL, NULL, arguments, environ) == 0);
  must(waitpid(pid, &status, 0) == pid);
  printf("posix_spawn: %d\n", WEXITSTATUS(status));
  must(posix_spawnp(&pid, "sh", NULL, NULL, shell, environ) == 0);
  must(waitpid(pid, &status, 0) == pid);
  printf("posix_spawnp: %d\n", WEXITSTATUS(status));
  printf("none: %d\n", posix_spawn(&pid, "/nonexistent", NULL, NULL, arguments, environ));
  fflush(stdout);
  status = system("echo shell; exit 7");
  printf("system: %d\n", WEXITSTATUS(status));
  FILE* const file = popen("echo piped; exit 8", "r");
  char text[32] = "";
  must(fgets(text, sizeof text, file));
  printf("%s", text);
  status = pclose(file);
  printf("pclose: %d\n", WEXITSTATUS(status));
}
