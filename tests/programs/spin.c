// A spin lock that is held until its waiter has spun for two milliseconds of CPU time.
#include "tests/programs/expect.h"

enum { kRounds = 10 };
static pthread_spinlock_t lock;
static int turn, tid;

static void* waiter(void* unused) {
  put(&tid, own_tid());
  for (int i = 0; i < kRounds; i++) {
    await(&turn, 2 * i + 1);
    pthread_spin_lock(&lock);
    pthread_spin_unlock(&lock);
    put(&turn, 2 * i + 2);
  }
  return unused;
}

static long long run_time(void) {  // of the waiter, in ns
  char path[64], text[128];
  snprintf(path, sizeof path, "/proc/self/task/%d/schedstat", tid);
  must(proc_text(path, text, sizeof text) > 0);
  return atoll(text);
}

int main(void) {
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  const pthread_t thread = start(waiter, NULL);
  await_any(&tid);
  for (int i = 0; i < kRounds; i++) {
    pthread_spin_lock(&lock);
    must(pthread_spin_trylock(&lock) == EBUSY);
    put(&turn, 2 * i + 1);
    for (const long long begin = run_time(); run_time() - begin < 2000000;) nap(100);
    pthread_spin_unlock(&lock);
    await(&turn, 2 * i + 2);
  }
  pthread_join(thread, NULL);
  expect("wait spin %d %p woken", kRounds, (void*)&lock);
  expect("edge spin %d %p %d %d", kRounds, (void*)&lock, tid, own_tid());
  puts("done");
}
