// The wait that ends each call path of `paths`: path n waits for lock n, which another thread holds.
#pragma once

#include <pthread.h>
#include <time.h>

inline constexpr int kPaths = 48;
extern "C" pthread_mutex_t path_locks[kPaths];
extern "C" long path_patience;  // ns, below a second

// Waits that long, in vain.  Its callers stand on the stack, so it is never a tail call.
[[gnu::noinline]] inline void wait_here(int path) {
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_nsec += path_patience;
  if (end.tv_nsec >= 1'000'000'000) {
    end.tv_nsec -= 1'000'000'000;
    end.tv_sec++;
  }
  pthread_mutex_timedlock(&path_locks[path], &end);  // @wait
  asm volatile("" ::: "memory");
}

// Behind a call that must not become a jump.
#define STAY asm volatile("" ::: "memory")
#define NOINLINE [[gnu::noinline]]
#define INLINE [[gnu::always_inline]] inline
