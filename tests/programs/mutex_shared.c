// A mutex in shared memory between two processes: waited for across them, and left by a dead one.
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/programs/expect.h"

enum { kRounds = 20 };
struct shared {
  pthread_mutex_t mutex;
  int turn, tid;
};

int main(void) {
  struct shared* const s =
      mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(s != MAP_FAILED);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&s->mutex, &attributes);
  const pid_t child = fork();
  if (child == 0) {
    put(&s->tid, own_tid());
    for (int i = 0; i < kRounds; i++) {
      await(&s->turn, 2 * i + 1);
      must(pthread_mutex_lock(&s->mutex) == 0);
      must(pthread_mutex_unlock(&s->mutex) == 0);
      put(&s->turn, 2 * i + 2);
    }
    expect("wait mutex %d %p woken", kRounds, (void*)&s->mutex);
    await(&s->turn, 2 * kRounds + 1);
    must(pthread_mutex_lock(&s->mutex) == 0);
    put(&s->turn, -1);
    await(&s->turn, -2);
    _exit(7);  // with the mutex
  }
  await_any(&s->tid);
  for (int i = 0; i < kRounds; i++) {
    pthread_mutex_lock(&s->mutex);
    put(&s->turn, 2 * i + 1);
    await_futex(s->tid, &s->mutex, sizeof s->mutex);
    pthread_mutex_unlock(&s->mutex);
    await(&s->turn, 2 * i + 2);
  }
  put(&s->turn, 2 * kRounds + 1);
  await(&s->turn, -1);
  put(&s->turn, -2);
  printf("lock: %d\n", pthread_mutex_lock(&s->mutex));
  printf("consistent: %d\n", pthread_mutex_consistent(&s->mutex));
  printf("unlock: %d\n", pthread_mutex_unlock(&s->mutex));
  int status;
  must(waitpid(child, &status, 0) == child);
  printf("child: %d\n", WEXITSTATUS(status));
}
