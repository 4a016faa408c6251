// Two thousand threads (or as many as the first argument says) that live at the same time, all blocked.
#include "tests/programs/expect.h"

#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int arrived, open_;

static void* routine(void* unused) {
  pthread_mutex_lock(&mutex);
  arrived++;
  while (!open_) pthread_cond_wait(&cond, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 2000;
  pthread_t* const threads = calloc((size_t)count, sizeof *threads);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 32768);
  for (int i = 0; i < count; i++) must(pthread_create(&threads[i], &attributes, routine, NULL) == 0);
  for (int all = 0; !all; nap(1000)) {
    pthread_mutex_lock(&mutex);
    all = arrived == count;
    if (all) open_ = 1;
    pthread_mutex_unlock(&mutex);
  }
  pthread_cond_broadcast(&cond);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  printf("%d\n", arrived);
  if (count <= 2000) {
    expect("create %d", count);
    expect("wait cond %d %p woken", count, (void*)&cond);
  }
}
