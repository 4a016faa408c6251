// A program of before 2003: its condition variables are the other object that GLIBC_2.2.5 names.
#include "tests/programs/expect.h"

__asm__(".symver old_wait, pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver old_timedwait, pthread_cond_timedwait@GLIBC_2.2.5");
__asm__(".symver old_signal, pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver old_broadcast, pthread_cond_broadcast@GLIBC_2.2.5");
__asm__(".symver old_init, pthread_cond_init@GLIBC_2.2.5");
__asm__(".symver old_destroy, pthread_cond_destroy@GLIBC_2.2.5");

struct old_cond {  // one pointer to the real one; what lies behind must stay as it is
  void* real;
  char behind[64];
};
int old_wait(struct old_cond*, pthread_mutex_t*);
int old_timedwait(struct old_cond*, pthread_mutex_t*, const struct timespec*);
int old_signal(struct old_cond*);
int old_broadcast(struct old_cond*);
int old_init(struct old_cond*, const pthread_condattr_t*);
int old_destroy(struct old_cond*);

enum { kRounds = 20 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct old_cond cond;
static int tid, goal, seen;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 1; i <= kRounds; i++) {
    pthread_mutex_lock(&mutex);
    while (goal < i) old_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    put(&seen, i);
  }
  return unused;
}

int main(void) {
  memset(cond.behind, 0x5a, sizeof cond.behind);
  printf("init: %d\n", old_init(&cond, NULL));
  pthread_mutex_lock(&mutex);
  const struct timespec end = from_now(CLOCK_REALTIME, 5);
  printf("timed: %d\n", old_timedwait(&cond, &mutex, &end));
  pthread_mutex_unlock(&mutex);
  const pthread_t thread = start(waiter, NULL);
  for (int i = 1; i <= kRounds; i++) {
    await_call(await_any(&tid), SYS_futex);
    pthread_mutex_lock(&mutex);
    goal = i;
    pthread_mutex_unlock(&mutex);
    if (i % 2) old_signal(&cond);
    else old_broadcast(&cond);
    await(&seen, i);
  }
  pthread_join(thread, NULL);
  printf("destroy: %d\n", old_destroy(&cond));
  for (unsigned i = 0; i < sizeof cond.behind; i++) must(cond.behind[i] == 0x5a);
  expect("edge cond %d %p %d %d", kRounds, (void*)&cond, tid, own_tid());
  expect("wait cond 1 %p timeout", (void*)&cond);
}
