// A process with threads forks children that make threads, locks and children of their own.
#include "tests/programs/expect.h"

#include <sys/wait.h>

enum { kChildren = 4 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int may_end;

static void* idle(void* unused) {
  await(&may_end, 1);
  return unused;
}
static void* work(void* unused) {
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

static int child(int depth) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) threads[i] = start(work, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  expect("create 2");
  if (depth == 0) return 1;
  const pid_t pid = fork();
  if (pid == 0) _exit(child(depth - 1));
  int status;
  must(waitpid(pid, &status, 0) == pid);
  return 1 + WEXITSTATUS(status);
}

int main(void) {
  const pthread_t thread = start(idle, NULL);
  expect("create 1");
  expect("images %d", 1 + 2 * kChildren);
  pid_t pids[kChildren];
  for (int i = 0; i < kChildren; i++)
    if ((pids[i] = fork()) == 0) _exit(child(1));
  for (int i = 0; i < kChildren; i++) {
    int status;
    must(waitpid(pids[i], &status, 0) == pids[i]);
    printf("%d ", WEXITSTATUS(status));
  }
  put(&may_end, 1);
  pthread_join(thread, NULL);
  puts("");
}
