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
  uint8_t words = 0;                // header, time, arguments; without the text
  bool text = false;                // a text follows
};

inline const std::array<RecordShape, 256>& record_shapes() {
  static const auto shapes = [] {
    std::array<RecordShape, 256> table{};
    for (const EventSpec& spec : event_specs()) {
      if (spec.writer != Writer::Guest) continue;
      const bool text = spec.nargs && spec.args[spec.nargs - 1].type == ArgType::String;
      const size_t after_first = spec.nargs > 1 ? spec.nargs - 1 : 0;
      table[static_cast<uint8_t>(spec.number)] = {
          &spec, static_cast<uint8_t>(2 + after_first - (text ? 1 : 0)), text};
    }
    return table;
  }();
  return shapes;
}

// Calls visit(offset, header, spec) for each committed record of generation `gen` in a chunk of
// `count` words; `offset` is that of its header word.  All of the record lies within the chunk.
// Calls gap() for each place before a record where something is missing.
template <typename Visit, typename Gap>
inline Walk walk_records(const uint64_t* words, uint32_t count, uint32_t gen, Visit visit,
                         Gap gap) {
  const auto& shapes = record_shapes();
  Walk walk;
  for (uint32_t at = kChunkHeaderWords; at < count;) {
    const uint64_t header = __atomic_load_n(&words[at], __ATOMIC_ACQUIRE);
    if (header == 0) {
      at++;
      continue;
    }
    if (at != walk.used) gap();
    walk.holes += at - walk.used;
    const RecordShape& shape = shapes[RecordHeader::event(header)];
    const uint32_t length = RecordHeader::words(header);
    const auto state = static_cast<RecordState>(RecordHeader::state(header));
    const bool committed = state == RecordState::Committed;
    const bool fits = shape.spec && length <= count - at &&
                      (shape.text ? length >= shape.words : length == shape.words);
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
