// Writing the records of modules.
#include "core/tracer/module_event.h"

#include <cstring>

#include "core/tracer/gate.h"

namespace thrace {
namespace {

constexpr uint32_t kFixedWords = 6;  // header, time, bias, start, end, inode
constexpr uint32_t kMaxTextWords = 255 - kFixedWords;

// Both texts with their ends fit.
constexpr uint32_t kMaxPath = kMaxTextWords * sizeof(uint64_t) - (kMaxBuildText + 1) - 1;

uint32_t length_of(const char* text, uint32_t most) {
  uint32_t length = 0;
  while (length < most && text[length]) length++;
  return length;
}

}  // namespace

bool record_module(const ModuleImage& module) {
  const TraceLocker gate = acquire();
  if (!gate.ok()) return false;
  const uint32_t build = length_of(module.build, kMaxBuildText);
  const uint32_t path = length_of(module.path, kMaxPath);
  const uint32_t words =
      kFixedWords + (build + 1 + path + 1 + sizeof(uint64_t) - 1) / sizeof(uint64_t);
  const writer::Record record = writer::reserve(gate.m(), gate.gen(), words, kAny, kKeep);
  if (record.outcome != writer::Reserved::Yes) return false;
  constexpr auto number = static_cast<uint8_t>(Event::Module);
  writer::fill_with(record, number, gate.gen(), module.id, [&](uint64_t* word) {
    *word++ = module.bias;
    *word++ = module.start;
    *word++ = module.end;
    *word++ = 0;  // the inode: the collector looks it up
    auto* text = reinterpret_cast<char*>(word);  // zero beyond the texts (A3)
    std::memcpy(text, module.build, build);
    std::memcpy(text + build + 1, module.path, path);
  });
  return true;
}

bool record_module_gone(uint32_t id) {
  const TraceLocker gate = acquire();
  return gate.ok() && gate.event(Event::ModuleGone, kAny, kKeep, id);
}

void hand_over_modules() {
  const TraceLocker gate = acquire();
  if (gate.ok()) writer::retire(gate.m());
}

}  // namespace thrace
