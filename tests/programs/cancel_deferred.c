// Threads cancelled while they are blocked in each kind of call: cleanups run, mutexes are as they must be.
#include "tests/programs/expect.h"

#include <mqueue.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;
static int fds[2], epoll, queue, tid, cleanups;
static pthread_t sleeper;
static char byte;
static const struct timespec kLong = {1000, 0};

static void* sleeps(void* unused) {
  for (;;) pause();
  return unused;
}
static void unlock(void* locked) { cleanups += pthread_mutex_unlock(locked) == 0; }
static void count(void* unused) { (void)unused, cleanups++; }

static void c_cond(void) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  for (;;) pthread_cond_wait(&cond, &mutex);
  pthread_cleanup_pop(1);
}
static void c_cond_timed(void) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  const struct timespec end = from_now(CLOCK_MONOTONIC, 100000);
  for (;;) pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &end);
  pthread_cleanup_pop(1);
}
static void c_sem(void) { sem_wait(&sem); }
static void c_read(void) { must(read(fds[0], &byte, 1) < 0); }
static void c_recv(void) { recv(fds[0], &byte, 1, 0); }
static void c_recvmsg(void) { struct msghdr m = {0}; recvmsg(fds[0], &m, 0); }
static void c_poll(void) { struct pollfd p = {fds[0], POLLIN, 0}; poll(&p, 1, -1); }
static void c_ppoll(void) { struct pollfd p = {fds[0], POLLIN, 0}; ppoll(&p, 1, NULL, NULL); }
static void c_epoll(void) { struct epoll_event e; epoll_wait(epoll, &e, 1, -1); }
static void c_select(void) { select(0, NULL, NULL, NULL, NULL); }
static void c_sleep(void) { sleep(1000); }
static void c_nanosleep(void) { nanosleep(&kLong, NULL); }
static void c_clock(void) { clock_nanosleep(CLOCK_MONOTONIC, 0, &kLong, NULL); }
static void c_pause(void) { pause(); }
static void c_join(void) { pthread_join(sleeper, NULL); }
static void c_sigwait(void) { sigset_t s; int n; sigemptyset(&s); sigwait(&s, &n); }
static void c_msgrcv(void) { char m[16]; msgrcv(queue, m, 8, 0, 0); }
static void c_wait(void) { while (wait(NULL) < 0) pause(); }

static const struct { const char* name; void (*call)(void); } calls[] = {
    {"cond_wait", c_cond}, {"cond_clockwait", c_cond_timed}, {"sem_wait", c_sem}, {"read", c_read},
    {"recv", c_recv}, {"recvmsg", c_recvmsg}, {"poll", c_poll}, {"ppoll", c_ppoll},
    {"epoll_wait", c_epoll}, {"select", c_select}, {"sleep", c_sleep}, {"nanosleep", c_nanosleep},
    {"clock_nanosleep", c_clock}, {"pause", c_pause}, {"join", c_join}, {"sigwait", c_sigwait},
    {"msgrcv", c_msgrcv}, {"wait", c_wait},
};
enum { kCalls = sizeof calls / sizeof calls[0] };

static void* victim(void* number) {
  put(&tid, own_tid());
  pthread_cleanup_push(count, NULL);
  for (;;) calls[(long)number].call();
  pthread_cleanup_pop(0);
  return NULL;
}

int main(void) {
  sem_init(&sem, 0, 0);
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  epoll = epoll_create1(0);
  queue = msgget(IPC_PRIVATE, 0600);
  sleeper = start(sleeps, NULL);
  for (long i = 0; i < kCalls; i++)
    for (int asleep = 1; asleep >= 0; asleep--) {  // blocked; then cancelled before it gets there
      put(&tid, 0);
      cleanups = 0;
      const pthread_t thread = start(victim, (void*)i);
      if (asleep) {
        await_any(&tid);
        for (unsigned long word; blocked_call(tid, &word) < 0;) nap(20);
      }
      pthread_cancel(thread);
      void* result;
      pthread_join(thread, &result);
      if (asleep)
        printf("%s: %d, %d cleanups, mutex %d\n", calls[i].name, result == PTHREAD_CANCELED, cleanups,
               pthread_mutex_trylock(&mutex));
      else
        must(pthread_mutex_trylock(&mutex) == 0);
      pthread_mutex_unlock(&mutex);
    }
  msgctl(queue, IPC_RMID, NULL);
  pthread_mutex_lock(&mutex);
  pthread_cancel(sleeper);
  pthread_join(sleeper, NULL);
  puts("done");
  expect("create %d", 2 * kCalls + 1);
}
