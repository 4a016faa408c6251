// A semaphore and a mutex whose memory is unmapped by the thread that they wake: nothing looks at them after.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <sys/mman.h>

enum { kRounds = 500 };
struct objects {
  sem_t sem;
  pthread_mutex_t mutex;
};
static struct objects* now;
static int turn;

static void* waiter(void* unused) {
  for (int i = 0; i < kRounds; i++) {
    await(&turn, 3 * i + 1);
    struct objects* const mine = now;
    if (i % 2) {
      while (sem_wait(&mine->sem) != 0) {}
    } else {
      pthread_mutex_lock(&mine->mutex);
      pthread_mutex_unlock(&mine->mutex);
    }
    munmap(mine, 4096);
    put(&turn, 3 * i + 2);
  }
  return unused;
}

int main(void) {
  const pthread_t thread = start(waiter, NULL);
  for (int i = 0; i < kRounds; i++) {
    now = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct objects* const mine = now;
    sem_init(&mine->sem, 0, 0);
    pthread_mutex_init(&mine->mutex, NULL);
    pthread_mutex_lock(&mine->mutex);
    put(&turn, 3 * i + 1);
    if (i % 4 < 2) nap(50);  // sometimes it sleeps, sometimes not
    if (i % 2) sem_post(&mine->sem);
    else pthread_mutex_unlock(&mine->mutex);
    await(&turn, 3 * i + 2);
  }
  pthread_join(thread, NULL);
  puts("done");
  expect("create 1");
}
