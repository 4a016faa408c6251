// What a broken invariant does.
#include "core/tracer/debug.h"

#include <sys/syscall.h>

namespace thrace::debug {
namespace {

void write_stderr(const char* text) {
  unsigned long length = 0;
  while (text[length]) length++;
  long result = SYS_write;
  asm volatile("syscall" : "+a"(result) : "D"(2L), "S"(text), "d"(length) : "rcx", "r11", "memory");
}

}  // namespace

void fail(const char* what) {
  write_stderr("thrace: invariant broken: ");
  write_stderr(what);
  write_stderr("\n");
  __builtin_trap();
}

}  // namespace thrace::debug
