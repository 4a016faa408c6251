// System calls made without libc: for start-up and for calls that come before it (G2, G4).
#pragma once

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <cstdint>

namespace thrace {

// The kernel's answer: a result, or -errno.
inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                        long f = 0) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

// True if a raw result is an error.
inline bool raw_failed(long result) { return result < 0 && result >= -4095; }

template <typename T>
inline long raw_address(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

// True if the program could read the word: what a system call refuses with EFAULT must not be read
// by us before.  The kernel looks for us, by comparing it for moving no waiter.
inline bool is_readable(const void* word) {
  constexpr uint64_t kAligned = ~uint64_t{3};
  const auto address = static_cast<long>(reinterpret_cast<uint64_t>(word) & kAligned);
  const long result = raw_syscall(SYS_futex, address, FUTEX_CMP_REQUEUE_PRIVATE, 0, 0, address, 0);
  return result >= 0 || result == -EAGAIN;
}

}  // namespace thrace
