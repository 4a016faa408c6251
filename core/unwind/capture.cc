// The entry from the rest of the library: the caller's registers, and which code is ours.
#include "core/unwind/capture.h"

#include <link.h>

#include "core/unwind/learners.h"
#include "core/unwind/rule_table.h"
#include "core/unwind/walk.h"

// Set by the linker: the ELF header of this module.
extern "C" {
[[gnu::visibility("hidden")]] extern const ElfW(Ehdr) __ehdr_start;
}

namespace thrace::unwind {
namespace {

// The code of this module.
CodeRange own_code() {
  const auto start = reinterpret_cast<uint64_t>(&__ehdr_start);
  const uint64_t bias = __ehdr_start.e_type == ET_DYN ? start : 0;
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(start + __ehdr_start.e_phoff);
  for (uint32_t i = 0; i < __ehdr_start.e_phnum; i++) {
    const ElfW(Phdr)& segment = segments[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X))
      return {bias + segment.p_vaddr, bias + segment.p_vaddr + segment.p_memsz};
  }
  return {};
}

}  // namespace

// The frame address makes the compiler keep rbp here, whatever its options: below it lie the
// caller's registers.
[[gnu::noinline]] Captured capture(uint64_t* frames, uint32_t limit, StackBounds own, Mode mode) {
  const auto* frame = static_cast<const uint64_t*>(__builtin_frame_address(0));
  const Frame caller{.pc = frame[1],
                     .sp = reinterpret_cast<uint64_t>(frame + 2),
                     .bp = frame[0],
                     .has_bp = true,
                     .interrupted = false};
  const CodeRange by_rules = mode == Mode::FramePointers ? own_code() : CodeRange{};
  return walk(caller, frames, limit, own, mode, by_rules);
}

void begin_unload() { g_learners.begin_unload(); }

void end_unload(bool gone) {
  if (gone) g_rules.forget();
  g_learners.end_unload();
}

void after_fork() {
  if (g_learners.unloading()) g_rules.forget();  // the module may be gone already
  g_learners.reset();
}

}  // namespace thrace::unwind
