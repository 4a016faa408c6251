// The entry from the rest of the library: the caller's registers, and what code is ours.
#include "core/unwind/capture.h"

#include "core/unwind/learners.h"
#include "core/unwind/rule_table.h"
#include "core/unwind/walk.h"

// Set by the linker: where this module begins, and where its code ends.
extern "C" {
[[gnu::visibility("hidden")]] extern const char __ehdr_start, _etext;
}

namespace thrace::unwind {

// The frame address makes the compiler keep rbp here, whatever its options: below it lie the
// caller's registers.
[[gnu::noinline]] Captured capture(uint64_t* frames, uint32_t limit, StackBounds own, Mode mode) {
  const auto* frame = static_cast<const uint64_t*>(__builtin_frame_address(0));
  const Frame caller{.pc = frame[1],
                     .sp = reinterpret_cast<uint64_t>(frame + 2),
                     .bp = frame[0],
                     .has_bp = true,
                     .interrupted = false};
  const CodeRange ours{reinterpret_cast<uint64_t>(&__ehdr_start),
                       reinterpret_cast<uint64_t>(&_etext)};
  return walk(caller, frames, limit, own, mode, ours);
}

void begin_unload() { g_learners.begin_unload(); }

void end_unload() {
  g_rules.forget();
  g_learners.end_unload();
}

void after_fork() { g_learners.reset(); }

}  // namespace thrace::unwind
