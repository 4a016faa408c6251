// Makes marked events without pause and counts them in a shared file, until somebody kills it.
//
// The mark is a sem_post on the semaphore whose address the file holds: four threads, one semaphore
// and one counter each.  The counter is stored after the call has returned.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <sys/mman.h>

enum { kThreads = 4 };
struct shared {
  long ready;
  struct { unsigned long object, count; } marks[kThreads];
};
static struct shared* shared;
static struct { _Alignas(64) sem_t sem; } sems[kThreads];

static void* marker(void* number) {
  const int i = (int)(long)number;
  for (unsigned long count = 1;; count++) {
    sem_post(&sems[i].sem);
    __atomic_store_n(&shared->marks[i].count, count, __ATOMIC_SEQ_CST);
    while (sem_trywait(&sems[i].sem) == 0) {}
    if (count % 16 == 0) nap(50);  // at a rate that any disk can take
  }
  return NULL;
}

int main(int argc, char** argv) {
  must(argc == 2);
  const int fd = open(argv[1], O_RDWR);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  must(shared != MAP_FAILED);
  for (long i = 0; i < kThreads; i++) {
    sem_init(&sems[i].sem, 0, 0);
    shared->marks[i].object = (unsigned long)&sems[i].sem;
    start(marker, (void*)i);
  }
  __atomic_store_n(&shared->ready, 1, __ATOMIC_SEQ_CST);
  for (;;) pause();
}
