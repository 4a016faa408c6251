// Forks as many children as its argument says, which all live at the same time, and counts their answers.
#include "tests/programs/expect.h"

#include <sys/mman.h>
#include <sys/wait.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 300;
  int* const shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < count; i++)
    if (fork() == 0) {
      pthread_mutex_lock(&mutex);
      pthread_mutex_unlock(&mutex);
      usleep(10);
      __atomic_add_fetch(&shared[0], 1, __ATOMIC_SEQ_CST);
      while (get(&shared[1]) == 0) nap(1000);
      usleep(10);
      _exit(5);
    }
  await(&shared[0], count);
  put(&shared[1], 1);
  int right = 0, status;
  for (int i = 0; i < count; i++) right += wait(&status) > 0 && WEXITSTATUS(status) == 5;
  printf("%d\n", right);
}
