// What dlopened.c and others load: a constructor, a thread, locks and a thread-local of its own.
#include <pthread.h>
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread int mine;
static int constructed;
#ifdef PLUGIN
const int plugin_number = PLUGIN;  // so that each has a build-id of its own
#endif

__attribute__((constructor)) static void construct(void) {
  pthread_mutex_lock(&mutex);
  constructed = 1;
  pthread_mutex_unlock(&mutex);
}

static void* routine(void* sem) {
  for (int i = 0; i < 100; i++) {
    pthread_mutex_lock(&mutex);
    mine++;
    pthread_mutex_unlock(&mutex);
  }
  sem_post(sem);
  return (void*)(long)mine;
}

int plugin_run(sem_t* sem) {
  pthread_t threads[3];
  int sum = constructed;
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, routine, sem);
  for (int i = 0; i < 3; i++) {
    void* result;
    pthread_join(threads[i], &result);
    sum += (int)(long)result;
  }
  return sum;
}
