// Work of one thread: the clock, a free mutex, a system call.
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "tests/bench/worker/mode.h"

namespace thrace::bench {
namespace {

void lock_and_unlock(uint64_t operations) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  for (uint64_t i = 0; i < operations; i++) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
}

void* sleep_for_ever(void*) {
  for (;;) pause();
}

}  // namespace

void read_clock(uint64_t operations) {
  for (uint64_t i = 0; i < operations; i++) {
#if defined(__x86_64__)
    const uint64_t now = __rdtsc();
#else
    const uint64_t now = i;
#endif
    asm volatile("" ::"r"(now));
  }
}

void lock_free_mutex(uint64_t operations) {
  static pthread_t sleeper;
  if (!sleeper) pthread_create(&sleeper, nullptr, sleep_for_ever, nullptr);
  lock_and_unlock(operations);
}

void lock_free_mutex_alone(uint64_t operations) { lock_and_unlock(operations); }

void read_byte(uint64_t operations) {
  const int zero = open("/dev/zero", O_RDONLY);
  char byte;
  for (uint64_t i = 0; i < operations; i++)
    if (read(zero, &byte, 1) != 1) {
      std::perror("/dev/zero");
      std::exit(1);
    }
  close(zero);
}

}  // namespace thrace::bench
