// A herd: 16 workers wait for work, and each single job is announced by a broadcast.  All wake up,
// one has the job, 15 find nothing and wait again.  40 jobs.
#include "tests/truth/truth.h"

enum { kWorkers = 16, kJobs = 40 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_there = PTHREAD_COND_INITIALIZER, job_done = PTHREAD_COND_INITIALIZER;
static int idle, jobs, done, over;

FRAME static int take_job(void) {
  pthread_mutex_lock(&lock);
  idle++;
  while (jobs == 0 && !over) pthread_cond_wait(&work_there, &lock);  // IDLE
  idle--;
  const int got = jobs > 0;
  if (got) jobs--;
  pthread_mutex_unlock(&lock);
  return got;
}

FRAME static void finish_job(void) {
  work(200);
  pthread_mutex_lock(&lock);
  done++;
  pthread_cond_signal(&job_done);
  pthread_mutex_unlock(&lock);
}

FRAME static void announce_job(void) {
  pthread_mutex_lock(&lock);
  jobs++;
  pthread_cond_broadcast(&work_there);  // BROADCAST
  pthread_mutex_unlock(&lock);
}

FRAME static void await_job(int count) {
  pthread_mutex_lock(&lock);
  while (done < count) pthread_cond_wait(&job_done, &lock);
  pthread_mutex_unlock(&lock);
}

// Until all workers wait: who is idle and has let go of the lock waits.
static void await_idle(void) {
  for (int all = 0; !all; nap(500)) {
    pthread_mutex_lock(&lock);
    all = idle == kWorkers;
    pthread_mutex_unlock(&lock);
  }
}

static void* serve(void* number) {
  name_thread("worker", (long)number);
  while (take_job()) finish_job();
  return NULL;
}

int main(void) {
  pthread_t workers[kWorkers];
  for (long i = 0; i < kWorkers; i++) workers[i] = start(serve, (void*)(i + 1));
  for (int i = 0; i < kJobs; i++) {
    await_idle();
    nap(4000);  // those woken for nothing wait again
    announce_job();
    await_job(i + 1);
  }
  pthread_mutex_lock(&lock);
  over = 1;
  pthread_cond_broadcast(&work_there);
  pthread_mutex_unlock(&lock);
  for (int i = 0; i < kWorkers; i++) pthread_join(workers[i], NULL);
  printf("%d jobs\n", done);
}
