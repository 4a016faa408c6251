// Primitives for words that only one thread (and its signal handlers) writes, and the clock.
#pragma once

#include <sys/syscall.h>

#include <atomic>
#include <cstdint>
#include <ctime>

#include "core/tracer/guest.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace thrace {

// Compare-exchange without a lock prefix: atomic against the signal handlers of this thread, not
// against other threads (rule A4).
template <typename T>
[[gnu::always_inline]] inline bool local_cas(std::atomic<T>& word, T expected, T desired) {
  static_assert(sizeof(T) == 8 || sizeof(T) == 4);
#if defined(__x86_64__)
  bool done;
  if constexpr (sizeof(T) == 8)
    asm volatile("cmpxchgq %3, %1"
                 : "=@ccz"(done), "+m"(word), "+a"(expected)
                 : "r"(desired)
                 : "memory");
  else
    asm volatile("cmpxchgl %3, %1"
                 : "=@ccz"(done), "+m"(word), "+a"(expected)
                 : "r"(desired)
                 : "memory");
  return done;
#else
  return word.compare_exchange_strong(expected, desired, std::memory_order_relaxed);
#endif
}

// Keeps the compiler from moving memory accesses across; the processor needs nothing (T2, T3).
[[gnu::always_inline]] inline void compiler_fence() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

// CLOCK_MONOTONIC in ns by the system call: where there is no usable TSC.  Inline, because a call
// here would make the compiler save registers on the way past it.
[[gnu::always_inline]] inline uint64_t monotonic_ns() {
  timespec now{};
  long result = SYS_clock_gettime;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(static_cast<long>(CLOCK_MONOTONIC)), "S"(&now)
               : "rcx", "r11", "memory");
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// The time in ticks of the session's clock (T10).
[[gnu::always_inline]] inline uint64_t ticks() {
#if defined(__x86_64__)
  if (g_guest.clock == ClockKind::Tsc) [[likely]] return __rdtsc();
#endif
  return monotonic_ns();
}

// Sleeps a little by the raw system call: for the rare cases in which a guest waits for the collector.
inline constexpr uint32_t kPauseMicroseconds = 200;
void raw_pause(uint32_t microseconds = kPauseMicroseconds);

// Raw system calls without arguments, for the ids of this thread and process (rule T-b).
int32_t raw_gettid();
int32_t raw_getpid();

}  // namespace thrace
