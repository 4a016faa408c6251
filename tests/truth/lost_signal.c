// Lost signals: the producer signals before anybody waits and remembers nothing; the consumer comes
// later, waits for what has been and sleeps in vain until its time is over.  25 times.
#include "tests/truth/truth.h"

enum { kRounds = 25 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int step, in_vain;

FRAME static void announce(void) {
  pthread_mutex_lock(&lock);
  pthread_cond_signal(&ready);  // LOST
  pthread_mutex_unlock(&lock);
}

FRAME static int wait_in_vain(void) {
  const struct timespec limit = from_now(CLOCK_REALTIME, 20);
  pthread_mutex_lock(&lock);
  const int result = pthread_cond_timedwait(&ready, &lock, &limit);  // VAIN
  pthread_mutex_unlock(&lock);
  return result;
}

static void* produce(void* unused) {
  name_thread("producer", 0);
  for (int i = 0; i < kRounds; i++) {
    await(&step, 2 * i);
    announce();
    put(&step, 2 * i + 1);
  }
  return unused;
}

static void* consume(void* unused) {
  name_thread("consumer", 0);
  for (int i = 0; i < kRounds; i++) {
    await(&step, 2 * i + 1);
    in_vain += wait_in_vain() == ETIMEDOUT;
    put(&step, 2 * i + 2);
  }
  return unused;
}

int main(void) {
  const pthread_t consumer = start(consume, NULL), producer = start(produce, NULL);
  pthread_join(consumer, NULL);
  pthread_join(producer, NULL);
  printf("in vain %d times\n", in_vain);
}
