// Writing records into this M's chunk: the hot path, inlined into the functions that open gates.
//
// All functions here need an open gate of `m` in generation `gen`.
#pragma once

#include "core/tracer/call_stack.h"
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

// The status of the G on this M is written in `gen`, for gates (invariant 5) and for the collector.
inline void introduced(Thread& m, uint32_t gen) {
  m.status_gen[gen % 3].store(gen, std::memory_order_relaxed);
  m.introduced.store(gen, std::memory_order_relaxed);
}

// It is to be written before the next event.
inline void unknown(Thread& m, uint32_t gen) {
  m.introduced.store(0, std::memory_order_relaxed);
  m.status_gen[gen % 3].store(0, std::memory_order_relaxed);
}

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
//
// `prepare(tail)` is called before each attempt with the tail that the exchange expects: what it stores
// or reads belongs to the same moment as the exchange, for a handler that comes between the two writes
// events and so makes the exchange fail.  `accept(time)` looks at the time that the record would have:
// if it is false, the outcome is Moot, too.
template <typename Prepare, typename Accept>
[[gnu::always_inline]] inline Record reserve(Thread& m, uint32_t gen, uint32_t words, Status before,
                                             Status after, Prepare prepare, Accept accept) {
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
      prepare(tail);
      lose(m, gen, after);
      return record;
    }
    prepare(tail);
    compiler_fence();
    record.time = ticks();
    if (!accept(record.time)) [[unlikely]] {
      record.outcome = Reserved::Moot;
      return record;
    }
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

template <typename Prepare>
[[gnu::always_inline]] inline Record reserve(Thread& m, uint32_t gen, uint32_t words, Status before,
                                             Status after, Prepare prepare) {
  return reserve(m, gen, words, before, after, prepare, [](uint64_t) { return true; });
}

[[gnu::always_inline]] inline Record reserve(Thread& m, uint32_t gen, uint32_t words, Status before,
                                             Status after) {
  return reserve(m, gen, words, before, after, [](Tail) {});
}

// A store that is neither merged with others nor moved across compiler_fence().
[[gnu::always_inline]] inline void put(uint64_t* word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

// Fills in a reserved record: header, payload, header again (T3).  `number`: the event, with kStackBit
// if it has a stack.  `payload(words)` writes what follows the time.
template <typename Payload>
[[gnu::always_inline]] inline void fill_with(const Record& record, uint8_t number, uint32_t gen,
                                             uint32_t arg0, Payload payload) {
  put(record.at, RecordHeader::make(RecordState::Reserved, number, gen, record.words, arg0));
  compiler_fence();
  record.at[1] = record.time;
  payload(record.at + 2);
  compiler_fence();
  put(record.at, RecordHeader::make(RecordState::Committed, number, gen, record.words, arg0));
}

// The same with arguments of a word each, and a stack, for which the record has room.
template <typename... Args>
[[gnu::always_inline]] inline void fill(const Record& record, Event type, uint32_t gen,
                                        const CallStack& stack, uint32_t arg0, Args... args) {
  const auto number = static_cast<uint8_t>(static_cast<uint8_t>(type) | (stack.count ? kStackBit : 0));
  fill_with(record, number, gen, arg0, [&](uint64_t* word) {
    ((*word++ = static_cast<uint64_t>(args)), ...);
    if (!stack.count) return;
    *word++ = static_cast<uint64_t>(stack.end) << 32 | stack.count;
    for (uint32_t i = 0; i < stack.count; i++) *word++ = stack.frames[i];
  });
}

// Reserves and fills in: first argument, then the others, a word each (E2), then the stack if there is
// one.
template <typename... Args>
[[gnu::always_inline]] inline Record write(Thread& m, uint32_t gen, Event type, Status before,
                                           Status after, const CallStack& stack, uint32_t arg0,
                                           Args... args) {
  const Record record =
      reserve(m, gen, static_cast<uint32_t>(2 + sizeof...(args)) + stack.words(), before, after);
  if (record.outcome == Reserved::Yes) [[likely]] fill(record, type, gen, stack, arg0, args...);
  return record;
}

// The same without a stack.
template <typename... Args>
[[gnu::always_inline]] inline Record write(Thread& m, uint32_t gen, Event type, Status before,
                                           Status after, uint32_t arg0, Args... args) {
  return write(m, gen, type, before, after, CallStack{}, arg0, args...);
}

// Publishes what the G waits for or calls, and writes the event of it: GoBlock or GoSyscallBegin
// (`type`), from Running to `after`.  `frame`: the address of the Canary of the Wait or Call.
template <typename... Args>
[[gnu::always_inline]] inline Record write_published(Thread& m, uint32_t gen, Event type,
                                                     Status after, uint64_t frame,
                                                     const CallStack& stack, uint32_t detail,
                                                     uint64_t object, uint64_t holder_tid,
                                                     Args... args) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const auto publish = [&](Tail) {
    m.detail.store(detail, relaxed);
    m.object.store(object, relaxed);
    m.holder_tid.store(holder_tid, relaxed);
    m.frame.store(frame, relaxed);
  };
  const Record record =
      reserve(m, gen, static_cast<uint32_t>(3 + sizeof...(args)) + stack.words(), Status::Running,
              after, publish);
  if (record.outcome == Reserved::Yes) [[likely]] {
    fill(record, type, gen, stack, detail, object, args...);
    m.since.store(record.time, relaxed);
  } else if (record.outcome == Reserved::Lost) {
    m.since.store(m.lost_to.load(relaxed), relaxed);
  }
  return record;
}

// Writes the GoStop of a yield.
[[gnu::always_inline]] inline Record write_stop(Thread& m, uint32_t gen, uint64_t frame) {
  const auto publish = [&](Tail) { m.frame.store(frame, std::memory_order_relaxed); };
  const Record record = reserve(m, gen, 2, Status::Running, Status::Runnable, publish);
  if (record.outcome == Reserved::Yes) [[likely]]
    fill(record, Event::GoStop, gen, {}, static_cast<uint32_t>(StopReason::Yield));
  return record;
}

}  // namespace writer
}  // namespace thrace
