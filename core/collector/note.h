// The state of a G as its M publishes it, read by the collector and by the salvage of an arena.
#pragma once

#include <cstdint>

#include "core/arena/layout.h"
#include "core/format/event.h"

namespace thrace::collector {

struct Note {
  uint32_t gen = 0;  // in which it was read; 0: nothing
  uint32_t g = 0;
  Status status = Status::None;
  uint32_t detail = 0;
  uint64_t object = 0;
  uint64_t holder = 0;
  uint64_t since = 0;
  bool untold = false;  // it came to this state without a record: it need not follow from the last one
};

// What `thread` publishes in `gen`; no status if it does not run, or not yet or no more.
inline Note read_note(const Thread& thread, uint32_t gen) {
  constexpr auto relaxed = std::memory_order_relaxed;
  Note note;
  const ThreadPhase phase = thread.phase.load(std::memory_order_acquire);
  if (phase != ThreadPhase::Live && phase != ThreadPhase::Created) return note;
  const Tail tail{thread.tail.load(std::memory_order_acquire)};
  note.gen = gen;
  note.g = thread.g.load(relaxed);
  note.status = phase == ThreadPhase::Created ? Status::Runnable : static_cast<Status>(tail.status());
  note.detail = thread.detail.load(relaxed);
  note.object = thread.object.load(relaxed);
  note.holder = thread.holder_tid.load(relaxed);
  note.since = thread.since.load(relaxed);
  // Read last: a writer that loses an event takes its introduction back before it changes the status.
  note.untold = !thread.introduced.load(std::memory_order_acquire);
  return note;
}

}  // namespace thrace::collector
