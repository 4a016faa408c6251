// A read-write lock: readers wait for a writer, a writer for a reader, and timed waits run out.
#include "tests/programs/expect.h"

enum { kReaders = 4 };
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int tids[kReaders + 1], inside;

static void* reader(void* number) {
  put(&tids[(long)number], own_tid());
  must(pthread_rwlock_rdlock(&lock) == 0);
  __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
  await(&inside, kReaders);  // all of them at once
  must(pthread_rwlock_unlock(&lock) == 0);
  return NULL;
}

static void* writer(void* unused) {
  struct timespec end = from_now(CLOCK_REALTIME, 5);
  printf("try: %d\n", pthread_rwlock_trywrlock(&lock));
  printf("timed: %d\n", pthread_rwlock_timedwrlock(&lock, &end));
  end = from_now(CLOCK_MONOTONIC, 5);
  printf("clock: %d\n", pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &end));
  put(&tids[kReaders], own_tid());
  must(pthread_rwlock_wrlock(&lock) == 0);
  must(pthread_rwlock_unlock(&lock) == 0);
  return unused;
}

int main(void) {
  pthread_t threads[kReaders + 1];
  pthread_rwlock_wrlock(&lock);
  printf("by its writer: %d %d\n", pthread_rwlock_rdlock(&lock), pthread_rwlock_wrlock(&lock));
  for (long i = 0; i < kReaders; i++) threads[i] = start(reader, (void*)i);
  for (int i = 0; i < kReaders; i++) await_futex(await_any(&tids[i]), &lock, sizeof lock);
  pthread_rwlock_unlock(&lock);
  for (int i = 0; i < kReaders; i++) pthread_join(threads[i], NULL);

  pthread_rwlock_rdlock(&lock);
  printf("a second reader: %d\n", pthread_rwlock_tryrdlock(&lock));
  pthread_rwlock_unlock(&lock);
  threads[kReaders] = start(writer, NULL);
  await_futex(await_any(&tids[kReaders]), &lock, sizeof lock);
  pthread_rwlock_unlock(&lock);
  pthread_join(threads[kReaders], NULL);

  expect("create %d", kReaders + 1);
  expect("wait rwlock-read %d %p woken", kReaders, (void*)&lock);
  expect("wait rwlock-write 1 %p woken", (void*)&lock);
  expect("wait rwlock-write 2 %p timeout", (void*)&lock);
  for (int i = 0; i < kReaders; i++)
    expect("edge rwlock-read 1 %p %d %d", (void*)&lock, tids[i], own_tid());
}
