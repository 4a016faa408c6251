// A program whose start takes half a second before anything but the dynamic linker runs: the
// resolver of an indirect function is called in the midst of relocation, before all constructors.
// With an argument it starts itself without one, and ends at once: "exec" by an exec in a forked
// child, "spawn" by posix_spawn, "vfork" by vfork.
#include <spawn.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/programs/expect.h"

extern char** environ;

static int answer(void) { return 42; }

// Without any call: nothing is relocated yet.  (clang does not see that ifunc uses it.)
__attribute__((used)) static int (*resolve(void))(void) {
  const struct timespec half_a_second = {0, 500 * 1000 * 1000};
  long result = SYS_nanosleep;
  __asm__ volatile("syscall"
                   : "+a"(result)
                   : "D"(&half_a_second), "S"(0L)
                   : "rcx", "r11", "memory");
  return answer;
}

int slow(void) __attribute__((ifunc("resolve")));

int main(int argc, char** argv) {
  if (argc < 2) return slow() == 42 ? 0 : 1;
  char* arguments[] = {argv[0], NULL};
  pid_t pid;
  if (strcmp(argv[1], "spawn") == 0) {
    must(posix_spawn(&pid, argv[0], NULL, NULL, arguments, environ) == 0);
  } else {
    pid = strcmp(argv[1], "vfork") == 0 ? vfork() : fork();
    if (pid == 0) {
      execv(argv[0], arguments);
      _exit(127);
    }
    must(pid > 0);
  }
}
