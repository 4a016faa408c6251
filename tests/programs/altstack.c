// Handlers on the smallest alternate stack make traced calls, also after a stack overflow.
#include "tests/programs/expect.h"

#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>

static sem_t sem;
static sigjmp_buf back;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signal) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  sem_post(&sem);
  if (write(-1, "", 1) != -1) _exit(9);
  if (signal == SIGSEGV) siglongjmp(back, 1);
}

static int overflow(int depth) {
  volatile char page[4096];
  page[depth % 4096] = (char)depth;
  return depth < 0 ? 0 : overflow(depth + 1) + page[0];
}

int main(void) {
  sem_init(&sem, 0, 0);
  // What the kernel's signal frame needs here, and as little again for the handler as is sane.
  const unsigned long frame = getauxval(AT_MINSIGSTKSZ) ? getauxval(AT_MINSIGSTKSZ) : 2048;
  const size_t size = (frame + 3072 + 15) & ~15UL;
  char* const pages = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char* const top = pages + 65536 - 4096;
  char* const low = (char*)(((unsigned long)top - size) & ~4095UL);
  must(mprotect(low, (size_t)(top - low), PROT_READ | PROT_WRITE) == 0);
  const stack_t stack = {.ss_sp = top - size, .ss_size = size};
  must(sigaltstack(&stack, NULL) == 0);
  const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  for (int i = 0; i < 100; i++) raise(SIGUSR1);
  for (volatile int i = 0; i < 3; i++)
    if (sigsetjmp(back, 1) == 0) overflow(0);
  int value;
  sem_getvalue(&sem, &value);
  printf("%d\n", value);
  expect("wake post 103 %p", (void*)&sem);
  expect("call write 103");
}
