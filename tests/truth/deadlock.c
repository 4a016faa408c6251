// A deadlock: two threads have a lock each and want the other's.  A third waits for their end, and
// main for that of the third; nobody ever goes on.  Says "stuck" when it is so.
#include "tests/truth/truth.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both_have_one;
static int forth_tid, back_tid;

FRAME static void lock_forth(void) {
  pthread_mutex_lock(&first);
  pthread_barrier_wait(&both_have_one);
  pthread_mutex_lock(&second);  // SECOND
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
}

FRAME static void lock_back(void) {
  pthread_mutex_lock(&second);
  pthread_barrier_wait(&both_have_one);
  pthread_mutex_lock(&first);  // FIRST
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
}

static void* go_forth(void* unused) {
  name_thread("forth", 0);
  put(&forth_tid, own_tid());
  lock_forth();
  return unused;
}

static void* go_back(void* unused) {
  name_thread("back", 0);
  put(&back_tid, own_tid());
  lock_back();
  return unused;
}

FRAME static void join_both(const pthread_t* threads) {
  pthread_join(threads[0], NULL);  // JOIN
  pthread_join(threads[1], NULL);
}

static void* collect(void* threads) {
  name_thread("joiner", 0);
  join_both(threads);
  return NULL;
}

static void* say(void* unused) {
  await_futex(await_any(&forth_tid), &second, sizeof second);
  await_futex(await_any(&back_tid), &first, sizeof first);
  nap(50000);
  raw(SYS_write, 1, "stuck\n", 6);
  return unused;
}

int main(void) {
  must(pthread_barrier_init(&both_have_one, NULL, 2) == 0);
  const pthread_t herald = start(say, NULL);
  const pthread_t threads[] = {start(go_forth, NULL), start(go_back, NULL)};
  const pthread_t joiner = start(collect, (void*)threads);
  pthread_detach(herald);
  pthread_join(joiner, NULL);
}
