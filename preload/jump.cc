// The wrappers of longjmp and its like.  setjmp returns twice and has no wrapper (G8); the jump
// does not return at all.
#include <setjmp.h>

#include "core/tracer/settle.h"
#include "preload/real.h"

namespace thrace {
namespace {

// The stack pointer in a jmp_buf, as libc for x86-64 hides it: mixed with a secret of the thread's
// descriptor, then rotated.
uint64_t stack_pointer(const __jmp_buf_tag* target) {
  constexpr int kStackPointer = 6, kRotation = 17;
  const auto hidden = static_cast<uint64_t>(target->__jmpbuf[kStackPointer]);
  uint64_t secret;
  __asm__("movq %%fs:0x30, %0" : "=r"(secret));
  return (hidden >> kRotation | hidden << (64 - kRotation)) ^ secret;
}

}  // namespace

#define JUMP(name)                                               \
  THRACE_HOOK(void, name, (__jmp_buf_tag * target, int value)) { \
    leave_by_jump(stack_pointer(target));                        \
    real.name(target, value);                                    \
  }
JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)

}  // namespace thrace
