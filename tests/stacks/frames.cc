// Paths of `paths` through frames of unusual shapes; the comments are those of paths.cc.
#include "tests/stacks/frames.h"

#include <alloca.h>
#include <stdarg.h>

#include "tests/stacks/wait_here.h"

// The memory is used, as far as the compiler knows.
INLINE void use(void* memory) { asm volatile("" ::"r"(memory) : "memory"); }

// path 24: with_alloca@24a main@main24
void with_alloca(size_t n) {
  char* room = static_cast<char*>(alloca(n));
  use(room);
  wait_here(24);  // @24a
  use(room);
}

// path 25: with_large_frame@25a main@main25
void with_large_frame() {
  char room[100'000];
  use(room);
  wait_here(25);  // @25a
  use(room);
}

// path 26: with_aligned_frame@26a main@main26
void with_aligned_frame() {
  alignas(128) char room[128];
  use(room);
  wait_here(26);  // @26a
  use(room);
}

// path 27: with_aligned_alloca@27a main@main27
void with_aligned_alloca(size_t n) {
  alignas(64) char room[64];
  char* more = static_cast<char*>(alloca(n));
  use(room);
  use(more);
  wait_here(27);  // @27a
  use(room);
}

// path 28: of_many@28a main@main28
double of_many(int count, ...) {
  va_list list;
  va_start(list, count);
  double sum = 0;
  for (int i = 0; i < count; i++) sum += va_arg(list, double);
  wait_here(28);  // @28a
  va_end(list);
  return sum;
}

// path 29: by_value@29a main@main29
Large by_value(int n) {
  Large large{};
  large.words[n] = n;
  wait_here(29);  // @29a
  large.words[0] = 1;
  return large;
}

// path 37: pushed@37a main@main37
void pushed(long a, long b, long c, long d, long e, long f, long g, long h) {
  volatile long sum = a + b + c + d + e + f + g + h;
  wait_here(37);  // @37a
  sum = sum + 1;
}
