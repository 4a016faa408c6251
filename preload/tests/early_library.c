/* Calls made while the library is being relocated (from an IFUNC resolver) and from a constructor.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;
static int in_resolver = -1;
static int in_constructor = -1;

static int calls(void) {
  if (pthread_mutex_lock(&mutex)) return 1;
  if (pthread_mutex_trylock(&mutex) == 0) return 2; /* a faked lock */
  if (pthread_mutex_unlock(&mutex)) return 3;
  if (sem_init(&semaphore, 0, 0) || sem_post(&semaphore) || sem_wait(&semaphore)) return 4;
  if (sched_yield()) return 5;
  int ends[2];
  char byte = 0;
  if (pipe(ends) || write(ends[1], "x", 1) != 1 || read(ends[0], &byte, 1) != 1 || byte != 'x')
    return 6;
  close(ends[0]);
  close(ends[1]);
  return 0;
}

static int seven(void) { return 7; }
static int (*resolve(void))(void) {
  in_resolver = calls();
  return seven;
}
static int resolved(void) __attribute__((ifunc("resolve")));
int early_seven(void) { return resolved(); }

__attribute__((constructor)) static void construct(void) { in_constructor = calls(); }

int resolver_result(void) { return in_resolver; }
int constructor_result(void) { return in_constructor; }
