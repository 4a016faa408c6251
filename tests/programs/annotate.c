// Names that the program gives: to an object with a lock and a condition variable inside, to a variable,
// to memory that is used again, to a thread; and what the child of a fork has of them.
#include "include/thrace.h"
#include "tests/programs/expect.h"

#include <sys/wait.h>

struct queue {
  pthread_mutex_t lock;
  pthread_cond_t more;
};
static pthread_mutex_t variable = PTHREAD_MUTEX_INITIALIZER, plain = PTHREAD_MUTEX_INITIALIZER;
static int tid;

static void* lock_once(void* mutex) {
  thrace_name_thread("a name that no kernel would take");
  expect("label %d a name that no kernel would take", own_tid());
  put(&tid, own_tid());
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  return NULL;
}

// A thread waits for it.
static void contend(pthread_mutex_t* mutex) {
  put(&tid, 0);
  pthread_mutex_lock(mutex);
  const pthread_t waiter = start(lock_once, mutex);
  await_any(&tid);
  await_futex(tid, mutex, sizeof *mutex);
  pthread_mutex_unlock(mutex);
  pthread_join(waiter, NULL);
}

static void use(struct queue* queue) {
  contend(&queue->lock);
  pthread_mutex_lock(&queue->lock);
  const struct timespec long_ago = {0, 0};
  must(pthread_cond_timedwait(&queue->more, &queue->lock, &long_ago) == ETIMEDOUT);
  pthread_mutex_unlock(&queue->lock);
}

int main(void) {
  struct queue* const queue = malloc(sizeof *queue);
  pthread_mutex_init(&queue->lock, NULL);
  pthread_cond_init(&queue->more, NULL);
  errno = 77;
  thrace_name_object(queue, sizeof *queue, "queue of jobs");
  thrace_name_object(&variable, sizeof variable, "the one \"lock\"");
  must(errno == 77);
  use(queue);
  contend(&variable);
  contend(&plain);
  expect("named mutex %p queue of jobs", (void*)&queue->lock);
  expect("title cond %p queue of jobs+%#zx", (void*)&queue->more, offsetof(struct queue, more));
  expect("title mutex %p the one \"lock\"", (void*)&variable);
  expect("title mutex %p plain", (void*)&plain);

  const pid_t child = fork();
  if (child == 0) {
    use(queue);
    expect("title mutex %p queue of jobs", (void*)&queue->lock);
    return 0;
  }
  int status;
  must(waitpid(child, &status, 0) == child && status == 0);

  // The same memory, for something else.
  thrace_forget_object(queue);
  pthread_mutex_t* const again = &queue->lock;
  thrace_name_object(again, sizeof *again, "lock of the cache");
  contend(again);
  expect("named mutex %p lock of the cache", (void*)again);
  free(queue);
  puts("named");
}
