// errno after success, and the message that dlerror holds, survive all traced calls.
#include "tests/programs/expect.h"

#include <dlfcn.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/wait.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static int fds[2];
static char byte;

static void nothing(void) {}
static void* thread_of(void* unused) { return unused; }

#define KEEP(call)                                              \
  do {                                                          \
    errno = 4711;                                               \
    const long result = (long)(call);                           \
    if (errno != 4711) printf("%s -> %ld: errno %d\n", #call, result, errno); \
  } while (0)

int main(void) {
  sem_init(&sem, 0, 0);
  must(pipe(fds) == 0);
  must(dlopen("/nonexistent.so", RTLD_NOW) == NULL);
  struct timespec past = {0, 0};
  pthread_t thread;
  KEEP(pthread_mutex_lock(&mutex));
  KEEP(pthread_mutex_trylock(&mutex));
  KEEP(pthread_mutex_timedlock(&mutex, &past));
  KEEP(pthread_cond_timedwait(&cond, &mutex, &past));
  KEEP(pthread_mutex_unlock(&mutex));
  KEEP(pthread_rwlock_rdlock(&rwlock));
  KEEP(pthread_rwlock_trywrlock(&rwlock));
  KEEP(pthread_rwlock_timedwrlock(&rwlock, &past));
  KEEP(pthread_rwlock_unlock(&rwlock));
  KEEP(pthread_cond_signal(&cond));
  KEEP(pthread_cond_broadcast(&cond));
  KEEP(pthread_once(&once, nothing));
  KEEP(pthread_create(&thread, NULL, thread_of, NULL));
  KEEP(pthread_join(thread, NULL));
  KEEP(sem_post(&sem));
  KEEP(sem_wait(&sem));
  KEEP(write(fds[1], "x", 1));
  KEEP(read(fds[0], &byte, 1));
  KEEP(poll(NULL, 0, 1));
  KEEP(usleep(10));
  KEEP(sched_yield());
  KEEP(syscall(SYS_getppid));
  KEEP(pthread_setname_np(pthread_self(), "kept"));
  fflush(stdout);
  KEEP(waitpid(fork() ? -1 : (_exit(0), 0), NULL, 0));
  const char* const message = dlerror();
  printf("%s\n", message ? message : "dlerror was eaten");
}
