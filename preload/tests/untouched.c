/* errno and dlerror belong to the program: no wrapper that succeeds changes them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int failures;

#define KEEPS(call, result)                             \
  do {                                                  \
    errno = 4711;                                       \
    const long got = (long)(call);                      \
    const int after = errno;                            \
    if (got != (result) || after != 4711) {             \
      printf("%s: %ld, errno %d\n", #call, got, after); \
      failures++;                                       \
    }                                                   \
  } while (0)

static sem_t posted;
static void* nothing(void* unused) { return unused; }
static void* post_late(void* unused) {
  usleep(20000);
  sem_post(&posted);
  return unused;
}
static void once(void) {}

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
  static pthread_once_t control = PTHREAD_ONCE_INIT;
  const struct timespec moment = {0, 1000000}, past = {1, 0};
  pthread_spinlock_t spin;
  pthread_t thread;
  int ends[2], fd = eventfd(1, 0);
  char byte;

  if (dlopen("/nonexistent/library.so", RTLD_NOW)) return 1;
  pthread_spin_init(&spin, 0);
  sem_init(&posted, 0, 0);
  if (pipe(ends) || fd < 0) return 1;
  KEEPS(pthread_create(&thread, NULL, post_late, NULL), 0);
  KEEPS(sem_wait(&posted), 0); /* after a try that fails */
  KEEPS(pthread_join(thread, NULL), 0);
  KEEPS(pthread_create(&thread, NULL, nothing, &byte), 0);
  KEEPS(pthread_join(thread, NULL), 0);
  KEEPS(pthread_mutex_lock(&mutex), 0);
  KEEPS(pthread_cond_timedwait(&cond, &mutex, &past), ETIMEDOUT);
  KEEPS(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
  KEEPS(pthread_mutex_unlock(&mutex), 0);
  KEEPS(pthread_rwlock_wrlock(&lock), 0);
  KEEPS(pthread_rwlock_rdlock(&lock), EDEADLK);
  KEEPS(pthread_rwlock_unlock(&lock), 0);
  KEEPS(pthread_spin_lock(&spin), 0);
  KEEPS(pthread_spin_unlock(&spin), 0);
  KEEPS(pthread_cond_signal(&cond), 0);
  KEEPS(pthread_cond_broadcast(&cond), 0);
  KEEPS(pthread_once(&control, once), 0);
  KEEPS(write(ends[1], "x", 1), 1);
  KEEPS(read(ends[0], &byte, 1), 1);
  KEEPS(poll(NULL, 0, 1), 0);
  KEEPS(nanosleep(&moment, NULL), 0);
  KEEPS(clock_nanosleep(CLOCK_REALTIME, 0, &moment, NULL), 0);
  KEEPS(clock_nanosleep(4711, 0, &moment, NULL), EINVAL);
  KEEPS(thrd_sleep(&moment, NULL), 0);
  KEEPS(sched_yield(), 0);
  KEEPS(syscall(SYS_getppid), getppid());
  KEEPS(pthread_setname_np(pthread_self(), "name"), 0);
  KEEPS(read(-1, &byte, 1) == -1 && errno == EBADF && (errno = 4711), 1);
  KEEPS(sem_trywait(&posted) == -1 && errno == EAGAIN && (errno = 4711), 1);
  if (!dlerror()) {
    puts("the program's dlerror is gone");
    failures++;
  }
  return failures != 0;
}
