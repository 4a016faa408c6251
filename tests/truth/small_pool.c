// A pool too small: two workers sleep 5 ms in each task, as one that asks a server would; eight
// clients give a task each and wait for its end.  Six of them wait for a worker, while the CPUs are
// idle.
#include "tests/truth/truth.h"

enum { kWorkers = 2, kClients = 8, kTasks = 20 };
struct task {
  struct task* next;
  int done;
  pthread_cond_t ended;
};
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_there = PTHREAD_COND_INITIALIZER;
static struct task *first, **last = &first;
static struct task tasks[kClients];
static int over, served;

FRAME static void ask_server(void) {
  usleep(5000);  // ASK
}

FRAME static void submit(struct task* task) {
  pthread_mutex_lock(&pool_lock);
  task->next = NULL;
  task->done = 0;
  *last = task;
  last = &task->next;
  pthread_cond_signal(&work_there);
  while (!task->done) pthread_cond_wait(&task->ended, &pool_lock);  // WAIT
  pthread_mutex_unlock(&pool_lock);
}

FRAME static struct task* next_task(void) {
  pthread_mutex_lock(&pool_lock);
  while (!first && !over) pthread_cond_wait(&work_there, &pool_lock);
  struct task* const task = first;
  if (task && !(first = task->next)) last = &first;
  pthread_mutex_unlock(&pool_lock);
  return task;
}

FRAME static void end_task(struct task* task) {
  pthread_mutex_lock(&pool_lock);
  task->done = 1;
  served++;
  pthread_cond_signal(&task->ended);  // ENDED
  pthread_mutex_unlock(&pool_lock);
}

static void* worker(void* number) {
  name_thread("worker", (long)number);
  for (struct task* task; (task = next_task());) {
    ask_server();
    end_task(task);
  }
  return NULL;
}

static void* client(void* number) {
  name_thread("client", (long)number);
  for (int i = 0; i < kTasks; i++) submit(&tasks[(long)number - 1]);
  return NULL;
}

int main(void) {
  pthread_t workers[kWorkers], clients[kClients];
  for (int i = 0; i < kClients; i++) must(pthread_cond_init(&tasks[i].ended, NULL) == 0);
  for (long i = 0; i < kWorkers; i++) workers[i] = start(worker, (void*)(i + 1));
  for (long i = 0; i < kClients; i++) clients[i] = start(client, (void*)(i + 1));
  for (int i = 0; i < kClients; i++) pthread_join(clients[i], NULL);
  pthread_mutex_lock(&pool_lock);
  over = 1;
  pthread_cond_broadcast(&work_there);
  pthread_mutex_unlock(&pool_lock);
  for (int i = 0; i < kWorkers; i++) pthread_join(workers[i], NULL);
  printf("%d tasks\n", served);
}
