// Futile wakes: work of two kinds is announced by one condition variable.  The consumer is woken
// 200 times for the other kind, finds nothing and waits again at once; 20 times there is work for
// it.
#include "tests/truth/truth.h"

enum { kOthers = 10, kOwn = 20 };  // others before each own
static pthread_mutex_t shelf_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t shelf_changed = PTHREAD_COND_INITIALIZER,
                      taken_away = PTHREAD_COND_INITIALIZER;
static int own, others, tid, consumed;

FRAME static void put_on_shelf(int* kind) {
  pthread_mutex_lock(&shelf_lock);
  ++*kind;
  pthread_cond_signal(&shelf_changed);  // SIGNAL
  pthread_mutex_unlock(&shelf_lock);
}

FRAME static void take_own(void) {
  pthread_mutex_lock(&shelf_lock);
  while (own == 0) pthread_cond_wait(&shelf_changed, &shelf_lock);  // AGAIN
  own--;
  consumed++;
  pthread_cond_signal(&taken_away);
  pthread_mutex_unlock(&shelf_lock);
}

FRAME static void await_taken(int count) {
  pthread_mutex_lock(&shelf_lock);
  while (consumed < count) pthread_cond_wait(&taken_away, &shelf_lock);
  pthread_mutex_unlock(&shelf_lock);
}

static void* consume(void* unused) {
  name_thread("consumer", 0);
  put(&tid, own_tid());
  for (int i = 0; i < kOwn; i++) take_own();
  return unused;
}

static void* produce(void* unused) {
  name_thread("producer", 0);
  await_any(&tid);
  for (int i = 0; i < kOwn; i++) {
    for (int j = 0; j < kOthers; j++) {
      await_futex(tid, &shelf_changed, sizeof shelf_changed);
      nap(1000);
      put_on_shelf(&others);
      nap(200);  // the consumer has looked
    }
    await_futex(tid, &shelf_changed, sizeof shelf_changed);
    put_on_shelf(&own);
    await_taken(i + 1);
  }
  return unused;
}

int main(void) {
  const pthread_t consumer = start(consume, NULL), producer = start(produce, NULL);
  pthread_join(consumer, NULL);
  pthread_join(producer, NULL);
  printf("%d own, %d others\n", consumed, others);
}
