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

// CLOCK_MONOTONIC in ns: where there is no usable TSC (monotonic.S).  A call that the compiler does
// not see, because it would save registers on the way past one.  So whoever includes this is
// compiled without a red zone (test preload.red_zone): the call's return address lies in its place.
[[gnu::always_inline]] inline uint64_t monotonic_ns() {
  uint64_t ns;
  asm volatile("call thrace_monotonic_ns"
               : "=a"(ns)
               :
               : "rcx", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                 "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                 "xmm15");
  return ns;
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
