// Handlers that post, write and lock, 5,000 per second, while their threads wait and write themselves.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <signal.h>

enum { kPosts = 20000 };
static sem_t sem, from_handlers;
static int pipe_fds[2], stop, sent;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal) {
  (void)signal;
  const int saved = errno;
  sem_post(&from_handlers);
  must(write(pipe_fds[1], "h", 1) == 1);
  if (pthread_mutex_trylock(&mutex) == 0) pthread_mutex_unlock(&mutex);
  errno = saved;
}

static void* consumer(void* unused) {
  for (int i = 0; i < kPosts; i++)
    while (sem_wait(&sem) != 0) must(errno == EINTR);
  return unused;
}
static void* producer(void* unused) {
  for (int i = 0; i < kPosts; i++) {
    errno = 123;
    sem_post(&sem);
    must(errno == 123);
    if (i % 64 == 0) usleep(200);
  }
  return unused;
}
static void* drain(void* unused) {
  char bytes[4096];
  while (read(pipe_fds[0], bytes, sizeof bytes) > 0) {}
  return unused;
}

int main(void) {
  sem_init(&sem, 0, 0);
  sem_init(&from_handlers, 0, 0);
  must(pipe(pipe_fds) == 0);
  const struct sigaction action = {.sa_handler = handler};
  sigaction(SIGUSR1, &action, NULL);
  const pthread_t threads[] = {start(consumer, NULL), start(producer, NULL), start(drain, NULL)};
  while (!get(&stop)) {
    pthread_kill(threads[sent % 2], SIGUSR1);
    sent++;
    nap(100);
    int value;
    sem_getvalue(&sem, &value);
    if (sent > 3000 || (pthread_tryjoin_np(threads[1], NULL) == 0)) put(&stop, 1);
  }
  if (sent > 3000) pthread_join(threads[1], NULL);
  pthread_join(threads[0], NULL);
  close(pipe_fds[1]);
  pthread_join(threads[2], NULL);
  puts("all consumed");
  expect("create 3");
  expect("wake post %d %p", kPosts, (void*)&sem);
}
