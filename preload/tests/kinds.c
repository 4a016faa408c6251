/* Every kind of lock answers as it does without us (G5). */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int failures;
#define IS(call, result)                                 \
  do {                                                   \
    const int got = (call);                              \
    if (got != (result)) {                               \
      printf("line %d: %s: %d\n", __LINE__, #call, got); \
      failures++;                                        \
    }                                                    \
  } while (0)

static pthread_mutex_t make(int type, int robust, int protocol) {
  pthread_mutex_t mutex;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutexattr_setrobust(&attributes, robust);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  pthread_mutex_init(&mutex, &attributes);
  return mutex;
}

static void* lock_and_die(void* mutex) { return (void*)(long)pthread_mutex_lock(mutex); }
static void* unlock(void* mutex) { return (void*)(long)pthread_mutex_unlock(mutex); }
static void* lock_and_unlock(void* mutex) {
  const long error = pthread_mutex_lock(mutex);
  return (void*)(error ? error : pthread_mutex_unlock(mutex));
}
static int in_thread(void* (*routine)(void*), void* mutex) {
  pthread_t thread;
  void* result;
  pthread_create(&thread, NULL, routine, mutex);
  pthread_join(thread, &result);
  return (int)(long)result;
}

static void each_protocol(int protocol) {
  const struct timespec past = {1, 0}, bad = {1, -1};

  pthread_mutex_t recursive = make(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, protocol);
  IS(pthread_mutex_lock(&recursive), 0);
  IS(pthread_mutex_lock(&recursive), 0);
  IS(in_thread(unlock, &recursive), EPERM);
  IS(pthread_mutex_unlock(&recursive), 0);
  IS(pthread_mutex_unlock(&recursive), 0);
  IS(pthread_mutex_unlock(&recursive), EPERM);

  pthread_mutex_t checking = make(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, protocol);
  IS(pthread_mutex_lock(&checking), 0);
  IS(pthread_mutex_lock(&checking), EDEADLK);
  IS(pthread_mutex_timedlock(&checking, &past), EDEADLK);
  IS(in_thread(unlock, &checking), EPERM);
  IS(pthread_mutex_unlock(&checking), 0);

  pthread_mutex_t robust = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, protocol);
  IS(in_thread(lock_and_die, &robust), 0);
  IS(pthread_mutex_lock(&robust), EOWNERDEAD);
  IS(pthread_mutex_consistent(&robust), 0);
  IS(pthread_mutex_unlock(&robust), 0);
  IS(in_thread(lock_and_die, &robust), 0);
  IS(pthread_mutex_lock(&robust), EOWNERDEAD);
  IS(pthread_mutex_unlock(&robust), 0); /* not made consistent */
  IS(pthread_mutex_lock(&robust), ENOTRECOVERABLE);
  IS(in_thread(lock_and_unlock, &robust), ENOTRECOVERABLE); /* and nobody keeps it */
  IS(pthread_mutex_lock(&robust), ENOTRECOVERABLE);

  pthread_mutex_t normal = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, protocol);
  IS(pthread_mutex_timedlock(&normal, &bad), 0); /* free: the time is not looked at */
  IS(pthread_mutex_timedlock(&normal, &bad), EINVAL);
  IS(pthread_mutex_unlock(&normal), 0);
  IS(pthread_mutex_clocklock(&normal, 4711, &past), EINVAL);
}

int main(void) {
  const struct timespec bad = {1, -1}, past = {1, 0};
  alarm(60); /* a lock that is kept shows as a hang */
  each_protocol(PTHREAD_PRIO_NONE);
  each_protocol(PTHREAD_PRIO_INHERIT);

  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  IS(pthread_rwlock_timedrdlock(&lock, &bad), EINVAL); /* although it is free */
  IS(pthread_rwlock_clockwrlock(&lock, 4711, &past), EINVAL);
  IS(pthread_rwlock_rdlock(&lock), 0);
  IS(pthread_rwlock_timedwrlock(&lock, &past), ETIMEDOUT);
  IS(pthread_rwlock_unlock(&lock), 0);

  mtx_t plain;
  mtx_init(&plain, mtx_timed);
  IS(mtx_lock(&plain), thrd_success);
  IS(mtx_timedlock(&plain, &past), thrd_timedout);
  IS(mtx_unlock(&plain), thrd_success);
  return failures != 0;
}
