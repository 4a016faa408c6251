// The guest's own words, and the raw system calls that the tracer may make (rule T-b).
#include "core/tracer/guest.h"

#include <sys/syscall.h>

#include "core/tracer/local.h"

namespace thrace {

KernelClock thrace_kernel_clock = nullptr;
Wiped g_wiped;
Guest g_guest;
constinit thread_local Local t_local;

namespace {

long raw_syscall(long number, long arg0 = 0, long arg1 = 0) {
#if defined(__x86_64__)
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(arg0), "S"(arg1)
               : "rcx", "r11", "memory");
  return result;
#else
#error "thrace supports x86-64 only"
#endif
}

}  // namespace

void raw_pause(uint32_t microseconds) {
  const timespec pause{0, microseconds * 1000L};
  raw_syscall(SYS_nanosleep, reinterpret_cast<long>(&pause));
}

int32_t raw_gettid() { return static_cast<int32_t>(raw_syscall(SYS_gettid)); }
int32_t raw_getpid() { return static_cast<int32_t>(raw_syscall(SYS_getpid)); }

}  // namespace thrace
