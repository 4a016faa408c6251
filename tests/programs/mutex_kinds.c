// Every kind of mutex keeps its meaning, free and waited for.
#include "tests/programs/expect.h"

struct kind {
  const char* name;
  int type, protocol, robust;
};
static const struct kind kinds[] = {
    {"normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED},
    {"errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED},
    {"recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED},
    {"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_STALLED},
    {"inherit", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED},
    {"inherit errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED},
    {"inherit recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED},
    {"robust", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST},
    {"robust errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_ROBUST},
    {"robust inherit", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_ROBUST},
};
static int tid;

static void* waiter(void* mutex) {
  put(&tid, own_tid());
  const int lock = pthread_mutex_lock(mutex);
  printf(" lock %d", lock);
  printf(" unlock %d\n", pthread_mutex_unlock(mutex));
  return NULL;
}

int main(void) {
  static pthread_mutex_t mutexes[sizeof kinds / sizeof kinds[0]];
  for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    const struct kind* kind = &kinds[i];
    pthread_mutex_t* const mutex = &mutexes[i];
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kind->type);
    pthread_mutexattr_setprotocol(&attributes, kind->protocol);
    pthread_mutexattr_setrobust(&attributes, kind->robust);
    must(pthread_mutex_init(mutex, &attributes) == 0);

    printf("%s:", kind->name);
    printf(" lock %d", pthread_mutex_lock(mutex));
    printf(" again %d", pthread_mutex_trylock(mutex));
    const struct timespec past = {0, 0};
    printf(" timed %d", pthread_mutex_timedlock(mutex, &past));
    if (kind->type == PTHREAD_MUTEX_ERRORCHECK) printf(" relock %d", pthread_mutex_lock(mutex));
    if (kind->type == PTHREAD_MUTEX_RECURSIVE) {
      printf(" relock %d", pthread_mutex_lock(mutex));
      for (int depth = 4; depth > 1; depth--) printf(" unlock %d", pthread_mutex_unlock(mutex));
    }

    put(&tid, 0);
    const pthread_t thread = start(waiter, mutex);
    await_futex(await_any(&tid), mutex, sizeof *mutex);
    pthread_mutex_unlock(mutex);
    pthread_join(thread, NULL);
    if (kind->type == PTHREAD_MUTEX_ERRORCHECK)
      printf("unlock by another %d\n", pthread_mutex_unlock(mutex));
    expect("edge mutex 1 %p %d %d", (void*)mutex, tid, own_tid());
    must(pthread_mutex_destroy(mutex) == 0);
  }
  expect("create %zu", sizeof kinds / sizeof kinds[0]);
}
