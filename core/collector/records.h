// The records of a chunk: finding them one after the other in memory that may hold anything.
#pragma once

#include <array>
#include <cstdint>

#include "core/arena/layout.h"
#include "core/format/event.h"

namespace thrace::collector {

// What a walk found besides good records.
struct Walk {
  uint32_t used = kChunkHeaderWords;  // behind the last word that is not zero
  uint32_t abandoned = 0;             // reserved and never committed
  uint32_t holes = 0;      // zero words between others: thrown out before the first header
  uint32_t foreign = 0;    // of another generation: written too late
  uint32_t malformed = 0;  // not a record

  // True if some writer may still come back into this chunk.
  bool has_gaps() const { return abandoned || holes || foreign || malformed; }
};

// How long the records of an event are.
struct RecordShape {
  const EventSpec* spec = nullptr;  // nullptr: guests do not write it
  uint8_t words = 0;                // header, time, arguments; without the texts
  uint8_t texts = 0;                // how many texts follow

  // True if a record of this event can be `length` words long.
  bool fits(uint32_t length, bool stack) const {
    if (!spec || length < words) return false;
    if (texts) return !stack;
    return stack ? length > words + 1u && length <= words + 1u + kMaxFrames : length == words;
  }
};

inline const std::array<RecordShape, 256>& record_shapes() {
  static const auto shapes = [] {
    std::array<RecordShape, 256> table{};
    for (const EventSpec& spec : event_specs()) {
      if (spec.writer != Writer::Guest) continue;
      size_t texts = 0;
      for (const ArgSpec& arg : spec.arguments()) texts += arg.type == ArgType::String;
      table[static_cast<uint8_t>(spec.number)] = {
          &spec, static_cast<uint8_t>(1 + spec.nargs - texts), static_cast<uint8_t>(texts)};
    }
    return table;
  }();
  return shapes;
}

// Calls visit(offset, header, spec) for each committed record of generation `gen` in a chunk of
// `count` words; `offset` is that of its header word.  All of the record lies within the chunk.
// Calls gap() for each place before a record where something is missing.  `from`: where a record
// starts.
template <typename Visit, typename Gap>
inline Walk walk_records(const uint64_t* words, uint32_t count, uint32_t gen, Visit visit, Gap gap,
                         uint32_t from = kChunkHeaderWords) {
  const auto& shapes = record_shapes();
  Walk walk;
  walk.used = from;
  for (uint32_t at = from; at < count;) {
    const uint64_t header = __atomic_load_n(&words[at], __ATOMIC_ACQUIRE);
    if (header == 0) {
      at++;
      continue;
    }
    if (at != walk.used) gap();
    walk.holes += at - walk.used;
    const RecordShape& shape = shapes[RecordHeader::event(header) & ~kStackBit];
    const uint32_t length = RecordHeader::words(header);
    const auto state = static_cast<RecordState>(RecordHeader::state(header));
    const bool committed = state == RecordState::Committed;
    const bool stack = RecordHeader::event(header) & kStackBit;
    const bool fits = length <= count - at && shape.fits(length, stack);
    if (!fits || (!committed && state != RecordState::Reserved)) {
      gap();
      walk.malformed++;
      walk.used = ++at;
      continue;
    }
    if (RecordHeader::gen(header) != (gen & 0xff)) {
      walk.foreign++;
    } else if (!committed) {
      gap();
      walk.abandoned++;
    } else {
      visit(at, header, *shape.spec);
    }
    walk.used = at += length;
  }
  return walk;
}

template <typename Visit>
inline Walk walk_records(const uint64_t* words, uint32_t count, uint32_t gen, Visit visit) {
  return walk_records(words, count, gen, visit, [] {});
}

}  // namespace thrace::collector
