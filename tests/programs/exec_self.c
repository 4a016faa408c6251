// A program that replaces its own image five times, by each exec call, with threads alive; one fails.
#include "tests/programs/expect.h"

static void* idle(void* unused) {
  for (;;) pause();
  return unused;
}

int main(int argc, char** argv) {
  const int round = argc > 1 ? atoi(argv[1]) : 0;
  printf("round %d\n", round);
  fflush(stdout);
  for (int i = 0; i < 3; i++) start(idle, NULL);
  errno = 0;
  const int failed = execl("/nonexistent", "nonexistent", NULL);
  printf("failed: %d %d\n", failed, errno);
  fflush(stdout);
  char next[16];
  snprintf(next, sizeof next, "%d", round + 1);
  char* arguments[] = {argv[0], next, NULL};
  if (round == 0) expect("images 6");
  if (round == 0) execv(argv[0], arguments);
  if (round == 1) execl(argv[0], argv[0], next, NULL);
  if (round == 2) execvp(argv[0], arguments);
  if (round == 3) execve(argv[0], arguments, environ);
  if (round == 4) fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), arguments, environ);
  return round;
}
