// Writing records into this M's chunk: the hot path, inlined into the functions that open gates.
//
// All functions here need an open gate of `m` in generation `gen`.
#pragma once

#include "core/format/event.h"
#include "core/tracer/local.h"

namespace thrace {

// The status before or after an event: "whatever it is" and "as it is".
inline constexpr Status kAny{7};
inline constexpr Status kKeep{7};

namespace writer {

// Makes room: swaps `tail`, which is full or of another generation, for a fresh chunk.  False if
// there is no free chunk (T8).  True also if a handler has changed the tail meanwhile: look again.
THRACE_HIDDEN bool refill(Thread& m, uint32_t gen, Tail tail);

// Counts an event that found no room, and changes the status as it would have.
THRACE_HIDDEN void lose(Thread& m, uint32_t gen, Status after);

// Writes Lost, if something was, and the GoStatus of the G on this M, and notes that it is written.
THRACE_HIDDEN void write_status(Thread& m, uint32_t gen);

// Retires the chunk of an M that is not going to write for long.
THRACE_HIDDEN void retire(Thread& m);

enum class Reserved : uint8_t { Yes, Lost, Moot };

// A reserved record: `at` its first word, `time` its time.
struct Record {
  uint64_t* at = nullptr;
  uint64_t time = 0;
  uint32_t words = 0;
  Reserved outcome = Reserved::Lost;
};

// Reserves a record of `words` words and changes the status of the G from `before` to `after`, both
// in one compare-exchange (T3, T4).  Moot: the status is not `before`; nothing has changed.
[[gnu::always_inline]] inline Record reserve(Thread& m, uint32_t gen, uint32_t words,
                                             Status before, Status after) {
  Record record;
  record.words = words;
  for (;;) {
    const Tail tail{m.tail.load(std::memory_order_relaxed)};
    if (before != kAny && tail.status() != static_cast<uint32_t>(before)) [[unlikely]] {
      record.outcome = Reserved::Moot;
      return record;
    }
    if (!tail.page() || !tail.of(gen) ||
        tail.offset() + words > kChunkBytes[tail.cls()] / sizeof(uint64_t)) [[unlikely]] {
      if (refill(m, gen, tail)) continue;
      lose(m, gen, after);
      return record;
    }
    record.time = ticks();
    uint64_t next = tail.word + (static_cast<uint64_t>(words) << 3);
    if (after != kKeep) next = (next & ~uint64_t{7}) | static_cast<uint64_t>(after);
    if (local_cas(m.tail, tail.word, next)) [[likely]] {
      char* const chunk = g_guest.base + static_cast<size_t>(tail.page()) * kPage;
      record.at = reinterpret_cast<uint64_t*>(chunk) + tail.offset();
      record.outcome = Reserved::Yes;
      return record;
    }
  }
}

// A store that is neither merged with others nor moved across compiler_fence().
[[gnu::always_inline]] inline void put(uint64_t* word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

// Fills in a reserved record: header, payload, header again (T3).
template <typename... Args>
[[gnu::always_inline]] inline void fill(const Record& record, Event type, uint32_t gen,
                                        uint32_t arg0, Args... args) {
  const auto number = static_cast<uint8_t>(type);
  put(record.at, RecordHeader::make(RecordState::Reserved, number, gen, record.words, arg0));
  compiler_fence();
  record.at[1] = record.time;
  uint64_t* word = record.at + 2;
  ((*word++ = static_cast<uint64_t>(args)), ...);
  compiler_fence();
  put(record.at, RecordHeader::make(RecordState::Committed, number, gen, record.words, arg0));
}

// Reserves and fills in: first argument, then the others, a word each (E2).
template <typename... Args>
[[gnu::always_inline]] inline Record write(Thread& m, uint32_t gen, Event type, Status before,
                                           Status after, uint32_t arg0, Args... args) {
  const Record record = reserve(m, gen, 2 + sizeof...(args), before, after);
  if (record.outcome == Reserved::Yes) [[likely]] fill(record, type, gen, arg0, args...);
  return record;
}

}  // namespace writer
}  // namespace thrace
