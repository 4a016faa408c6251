/* Cancellation goes through every wrapper of a cancellation point, and the cleanup handlers of the
 * program run. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int ends[2];
static sem_t never, always;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_t main_thread;
static int cleaned, joined;
static atomic_int sent; /* cancellations */

static void in_read(void) {
  char byte;
  if (read(ends[0], &byte, 1)) return;
}
static void wait_until_sent(void) { /* what cancels the running thread */
  while (sent == cleaned) usleep(1000);
}
static void in_sem(void) { sem_wait(&never); }
static void in_free_sem(void) { /* a token is there, and it is a cancellation point all the same */
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
  wait_until_sent();
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  sem_wait(&always);
}
static void unlock(void* locked) { pthread_mutex_unlock(locked); }
static void in_cond(void) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  pthread_cond_wait(&cond, &mutex);
  pthread_cleanup_pop(1);
}
static void in_sleep(void) { sleep(100); }
static void in_join(void) { pthread_join(main_thread, NULL); }
static void* end(void* tid) {
  *(atomic_int*)tid = gettid();
  return NULL;
}
static void in_ended_join(void) { /* it does not wait, and so is none: both joins succeed */
  pthread_t ended[2];
  static atomic_int tids[2];
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
  for (int i = 0; i < 2; i++) pthread_create(&ended[i], NULL, end, &tids[i]);
  for (int i = 0; i < 2; i++)
    while (!tids[i] || !syscall(SYS_tgkill, getpid(), tids[i], 0)) usleep(1000);
  wait_until_sent();
  pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
  joined += pthread_join(ended[0], NULL) == 0;
  joined += thrd_join(ended[1], NULL) == thrd_success;
  joined += pthread_join(pthread_self(), NULL) == 0; /* cancelled here */
}
static void in_asynchronous(void) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  for (;;) {
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&own);
    pthread_mutex_unlock(&own);
  }
}

static void clean(void* unused) {
  (void)unused;
  cleaned++;
}
static void* run(void* where) {
  pthread_cleanup_push(clean, NULL);
  ((void (*)(void))where)();
  pthread_cleanup_pop(0);
  return NULL;
}

int main(void) {
  void (*const places[])(void) = {in_read,  in_sem,  in_free_sem,   in_cond,
                                  in_sleep, in_join, in_ended_join, in_asynchronous};
  const int count = sizeof places / sizeof places[0];
  main_thread = pthread_self();
  sem_init(&never, 0, 0);
  sem_init(&always, 0, 1);
  if (pipe(ends)) return 1;
  for (int i = 0; i < count; i++) {
    pthread_t thread;
    void* result;
    pthread_create(&thread, NULL, run, (void*)places[i]);
    usleep(20000);
    pthread_cancel(thread);
    sent++;
    pthread_join(thread, &result);
    if (result != PTHREAD_CANCELED || cleaned != i + 1) {
      printf("place %d: result %p, cleaned %d\n", i, result, cleaned);
      return 1;
    }
  }
  if (joined != 2) {
    printf("joined %d\n", joined);
    return 3;
  }
  if (pthread_mutex_trylock(&mutex)) return 2; /* in_cond gave it back */
  return 0;
}
