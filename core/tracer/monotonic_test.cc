// The clock of machines without a usable TSC: what it says, and what it leaves alone.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "core/tracer/local.h"

namespace thrace {
namespace {

uint64_t by_libc() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

KernelClock in_the_program() {
  void* vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
  return vdso ? reinterpret_cast<KernelClock>(dlsym(vdso, "__vdso_clock_gettime")) : nullptr;
}

int refuses(int, timespec*) { return -38; }

// Changes what a function may change.
int destroys(int clock, timespec* time) {
  EXPECT_EQ(clock, CLOCK_MONOTONIC);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) % 16, 0u)
      << "the stack's alignment";
  *time = {3, 5};
  asm volatile(
      "mov $-1, %%rdi; mov $-1, %%rsi; mov $-1, %%rdx; mov $-1, %%rcx; mov $-1, %%r8; mov $-1, "
      "%%r9;"
      "mov $-1, %%r10; mov $-1, %%r11" ::
          : "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11");
  return 0;
}

class Monotonic : public testing::Test {
 protected:
  ~Monotonic() override { thrace_kernel_clock = nullptr; }
};

TEST_F(Monotonic, IsTheTimeOfTheClock) {
  for (const KernelClock clock : {KernelClock{nullptr}, in_the_program(), KernelClock{refuses}}) {
    thrace_kernel_clock = clock;
    const uint64_t before = by_libc(), now = monotonic_ns(), after = by_libc();
    EXPECT_LE(before, now);
    EXPECT_LE(now, after);
  }
}

TEST_F(Monotonic, KeepsTheRegistersThatASystemCallKeeps) {
  thrace_kernel_clock = destroys;
  uint64_t a = 1, b = 2, c = 3, ns = 0;
  register uint64_t r8 asm("r8") = 8;
  register uint64_t r9 asm("r9") = 9;
  register uint64_t r10 asm("r10") = 10;
  // Once with the stack as it is, once eight bytes further.
  asm volatile(
      "call thrace_monotonic_ns\n\t"
      "push %%rax\n\t"
      "call thrace_monotonic_ns\n\t"
      "pop %%rcx\n\t"
      "add %%rcx, %%rax"
      : "+D"(a), "+S"(b), "+d"(c), "+r"(r8), "+r"(r9), "+r"(r10), "=a"(ns)
      :
      : "rcx", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
        "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  const uint64_t kept[] = {r8, r9, r10};
  EXPECT_EQ(a, 1u);
  EXPECT_EQ(b, 2u);
  EXPECT_EQ(c, 3u);
  EXPECT_EQ(kept[0], 8u);
  EXPECT_EQ(kept[1], 9u);
  EXPECT_EQ(kept[2], 10u);
  EXPECT_EQ(ns, 2 * uint64_t{3'000'000'005});
}

}  // namespace
}  // namespace thrace
