// Objects on stacks and in thread-local storage, and a join that never ends: whose are they?
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <sys/mman.h>

enum { kStackBytes = 256 << 10 };

static __thread pthread_mutex_t in_tls = PTHREAD_MUTEX_INITIALIZER;

struct locker {
  pthread_mutex_t* mutex;
  int tid;
};
static void* lock(void* argument) {
  struct locker* locker = argument;
  put(&locker->tid, own_tid());
  pthread_mutex_lock(locker->mutex);
  pthread_mutex_unlock(locker->mutex);
  return NULL;
}

// A thread that lends its own objects to main.
struct host {
  int main_tid, tid, locked, over;
  pthread_mutex_t* mutex;
  sem_t* sem;
};
static void* lend(void* argument) {
  struct host* host = argument;
  sem_t sem;
  sem_init(&sem, 0, 0);
  host->sem = &sem;
  host->mutex = &in_tls;
  host->tid = own_tid();
  pthread_mutex_lock(&in_tls);
  put(&host->locked, 1);
  await_futex(host->main_tid, &in_tls, sizeof in_tls);
  pthread_mutex_unlock(&in_tls);
  await_futex(host->main_tid, &sem, sizeof sem);
  sem_post(&sem);
  await(&host->over, 1);
  return NULL;
}

static void expect_own(const char* kind, const void* object, int tid) {
  expect("stack %d %p", tid, object);
  expect("named %s %p (stack of own_memory/%d)", kind, object, tid);
}

static void borrow(const pthread_attr_t* attributes) {
  struct host host = {.main_tid = own_tid()};
  pthread_t thread;
  must(pthread_create(&thread, attributes, lend, &host) == 0);
  await(&host.locked, 1);
  pthread_mutex_lock(host.mutex);
  sem_wait(host.sem);
  pthread_mutex_unlock(host.mutex);
  expect_own("mutex", host.mutex, host.tid);
  expect_own("sem", host.sem, host.tid);
  expect("self %d %p", host.tid, (void*)thread);
  put(&host.over, 1);
  pthread_join(thread, NULL);
}

static void* stay(void* tid) {
  put(tid, own_tid());
  for (;;) nap(1000000);
  return NULL;
}

struct joiner {
  pthread_t thread;
  int tid;
};
static void* wait_for(void* argument) {
  struct joiner* joiner = argument;
  put(&joiner->tid, own_tid());
  pthread_join(joiner->thread, NULL);
  return NULL;
}

int main(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  struct locker locker = {&mutex, 0};
  pthread_mutex_lock(&mutex);
  const pthread_t thread = start(lock, &locker);
  await_futex(await_any(&locker.tid), &mutex, sizeof mutex);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
  expect_own("mutex", &mutex, own_tid());
  expect("self %d %p", own_tid(), (void*)pthread_self());

  // The stack that the program brings does not lie where an earlier thread's did.
  pthread_attr_t attributes;
  void* stack = mmap(NULL, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(stack != MAP_FAILED && pthread_attr_init(&attributes) == 0 &&
       pthread_attr_setstack(&attributes, stack, kStackBytes) == 0);
  borrow(&attributes);
  pthread_attr_destroy(&attributes);
  must(pthread_attr_init(&attributes) == 0 &&
       pthread_attr_setstacksize(&attributes, 2 * kStackBytes) == 0);
  borrow(&attributes);

  // No stack that was left before fits, so nobody else ever had this pthread_t.
  int tid = 0;
  static struct joiner joiner;
  must(pthread_attr_setstacksize(&attributes, 4 * kStackBytes) == 0);
  must(pthread_create(&joiner.thread, &attributes, stay, &tid) == 0);
  await_any(&tid);
  start(wait_for, &joiner);
  await_futex(await_any(&joiner.tid), (void*)joiner.thread, 4096);
  expect("self %d %p", tid, (void*)joiner.thread);
  expect("title thread %p own_memory/%d", (void*)joiner.thread, tid);
  puts("done");
}
