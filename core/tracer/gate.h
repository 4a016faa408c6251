// The gate: acquire, ok, release.  The only way to an event (design: T1-T4).
//
// Invariants
//   1  `owner` holds the frame address of the outermost open gate of this M, 0 while none is open.
//      A frame address that is no longer below its owner's on the same stack proves that the owner's
//      frame is gone (siglongjmp, forced unwinding): the gate heals itself.
//   2  All events of an outermost gate, and of the gates nested in it, belong to `entry_gen`.
//   3  A transition of the G's status and the space for its record are one compare-exchange (Tail).
//      For transitions into Running the record is reserved after the real call; for all others before.
//   4  No user resource is waited for while a gate is open: a gate is a few dozen instructions.
//   5  Before a G's first event of a generation its GoStatus is written.
#pragma once

#include <initializer_list>

#include "core/format/event.h"
#include "core/tracer/debug.h"
#include "core/tracer/guest.h"
#include "core/tracer/writer.h"

namespace thrace {

// A claim for the calling M to write events of one generation.  Not copied, not kept beyond the
// transition that it was acquired for.
class TraceLocker {
 public:
  TraceLocker() = default;
  TraceLocker(Thread* m, uint32_t gen, bool outermost, bool chose)
      : m_(m), gen_(gen), outermost_(outermost), chose_(chose) {}
  TraceLocker(const TraceLocker&) = delete;
  TraceLocker& operator=(const TraceLocker&) = delete;
  ~TraceLocker() { release(); }

  // True if events may be written.
  bool ok() const { return m_ != nullptr; }
  Thread& m() const { return *m_; }
  uint32_t gen() const { return gen_; }

  // Ends the claim.  Idempotent.
  void release() {
    if (!m_) return;
    THRACE_CHECK(m_->owner.load(std::memory_order_relaxed), "T1: a gate was closed twice");
    if (outermost_) {
      leave(*m_);
    } else {
      if (chose_) [[unlikely]] m_->entry_gen.store(0, std::memory_order_relaxed);
      t_local.nested--;
    }
    m_ = nullptr;
  }

  // The status of the G on this M.
  Status status() const {
    return static_cast<Status>(Tail{m_->tail.load(std::memory_order_relaxed)}.status());
  }

  // Writes an event.  `before`: the status that it starts from (else nothing happens and the result
  // is false), `after`: the status that it leads to, with the record in one step (T3, T4).  An event
  // that finds no room is counted as lost (T8): its status change happens, the result is false.
  template <typename... Args>
  bool event(Event type, Status before, Status after, uint32_t arg0, Args... args) const {
    THRACE_CHECK(before == kAny || after == kKeep || debug::is_legal(type, before, after),
                 "T4: an event that does not lead from its status to the next");
    const auto outcome = writer::write(*m_, gen_, type, before, after, arg0, args...).outcome;
    THRACE_CHECK(outcome != writer::Reserved::Moot, "T4: the G was not in the status of its event");
    return outcome == writer::Reserved::Yes;
  }

  // Writes an event whose last argument is a text, cut to kMaxLabel bytes (E3); `more`: the arguments
  // between.
  bool event_text(Event type, uint32_t arg0, std::initializer_list<uint64_t> more,
                  const char* text) const;

  // Writes the Wake of this M and returns its number in the generation; 0 if it was lost.
  uint32_t wake(WakeKind kind, uint64_t object, uint32_t waiters) const;

  // Closes the outermost gate of an M.
  static void leave(Thread& m) {
    // In this order: once `seq` has moved, the advancer believes that nothing more is written in the
    // generation of this gate, so a handler that comes now must choose anew.
    m.entry_gen.store(0, std::memory_order_relaxed);
    compiler_fence();
    m.seq.store(m.seq.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    m.owner.store(0, std::memory_order_release);
  }

 private:
  Thread* m_ = nullptr;
  uint32_t gen_ = 0;
  bool outermost_ = false;
  bool chose_ = false;  // the generation; a nested one does where the outer has not
};

// The number of a Wake and the space for its record must be one step for signal handlers, which write
// Wakes too.  The exchange that reserves the record flips a parity bit in `tail`; `wakes` follows.
// Whoever finds the two at odds knows that one Wake has been reserved and not yet counted.
[[gnu::always_inline]] inline uint32_t TraceLocker::wake(WakeKind kind, uint64_t object, uint32_t waiters) const {
  constexpr uint32_t kWords = 5;
  Thread& m = *m_;
  for (;;) {
    // Both as they were at one moment: a handler between the loads would have changed `wakes`.
    const uint64_t counted = m.wakes.load(std::memory_order_relaxed);
    compiler_fence();
    const Tail tail{m.tail.load(std::memory_order_relaxed)};
    compiler_fence();
    if (m.wakes.load(std::memory_order_relaxed) != counted) [[unlikely]] continue;
    if (!tail.page() || !tail.of(gen_) ||
        tail.offset() + kWords > kChunkBytes[tail.cls()] / sizeof(uint64_t)) [[unlikely]] {
      if (writer::refill(m, gen_, tail)) continue;
      writer::lose(m, gen_, kKeep);
      return 0;
    }
    const uint64_t base = static_cast<uint64_t>(gen_) << 32;
    const uint64_t seen = counted >> 32 == gen_ ? counted : base;
    if ((seen & 1) != tail.wake_parity()) [[unlikely]] {
      local_cas(m.wakes, counted, seen + 1);
      continue;
    }
    writer::Record record;
    record.words = kWords;
    record.time = ticks();
    const uint64_t next = (tail.word + (uint64_t{kWords} << 3)) ^ Tail::kWakeParity;
    if (!local_cas(m.tail, tail.word, next)) [[unlikely]] continue;
    local_cas(m.wakes, counted, seen + 1);
    const auto seq = static_cast<uint32_t>(seen) + 1;
    char* const chunk = g_guest.base + static_cast<size_t>(tail.page()) * kPage;
    record.at = reinterpret_cast<uint64_t*>(chunk) + tail.offset();
    writer::fill(record, Event::Wake, gen_, {}, static_cast<uint32_t>(kind), object, seq, waiters);
    return seq;
  }
}

inline constexpr uint32_t kMaxLabel = 64;

namespace gate {

// The calling thread has no M yet: finds it one.  nullptr: it is not traced.
THRACE_HIDDEN Thread* attach();

// Disarmed: claims a slot if this is the child of a fork.  True if it records now.
THRACE_HIDDEN bool recover();

// What an open gate owes before its first event of a generation: the introduction of a thread that
// has no G yet, or the status of its G (invariant 5).
THRACE_HIDDEN void introduce(Thread& m, uint32_t gen);

// True if a gate of frame `owner` is gone, seen from `frame` on the same thread (invariant 1).
THRACE_HIDDEN bool is_stale(const Thread& m, uint64_t owner, uint64_t frame);

// Closes the gate of a frame that is gone.  What it had reserved and not written stays so: a Lost and
// the status follow.
THRACE_HIDDEN void abandon(Thread& m);

// Closes the outermost gate if its frame is gone; false if it is alive.
THRACE_HIDDEN bool heal(Thread& m, uint64_t owner, uint64_t frame);

// The generation of a gate inside an open one, 0: the outer one has not chosen any.
THRACE_HIDDEN uint32_t nested_gen(const Thread& m);

// Chooses the generation of an open gate that has none.  Read again after entry_gen is set: a handler
// in between may already have written in a later generation, and this gate must not go back behind it
// (invariant 2).
[[gnu::always_inline]] inline uint32_t choose(Thread& m) {
  const std::atomic<uint32_t>& current = g_guest.header->gen;
  uint32_t gen;
  do {
    gen = current.load(std::memory_order_relaxed);
    m.entry_gen.store(gen, std::memory_order_relaxed);
    compiler_fence();
  } while (current.load(std::memory_order_relaxed) != gen);
  return gen;
}

// Opens a gate while recording; inlined into the functions of core/tracer that write events, which
// are never inlined themselves: their frame is the gate's.
[[gnu::always_inline]] inline TraceLocker enter() {
  Thread* m = t_local.m;
  if (t_local.muted) [[unlikely]] return {};
  if (!m) [[unlikely]] {
    m = attach();
    if (!m) return {};
  }
  const auto frame = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  const uint64_t owner = m->owner.load(std::memory_order_relaxed);
  uint32_t gen;
  bool outermost = true, chose = true;
  if (owner && !heal(*m, owner, frame)) [[unlikely]] {
    outermost = false;
    t_local.nested++;
    gen = nested_gen(*m);
    chose = !gen;
    if (chose) gen = choose(*m);
  } else {
    THRACE_CHECK(!t_local.nested, "T1: a nested gate was left open");
    if (g_guest.light_fence) [[likely]] {
      m->owner.store(frame, std::memory_order_relaxed);
      compiler_fence();  // the advancer's membarrier does the rest (T2)
    } else {
      m->owner.exchange(frame, std::memory_order_seq_cst);
    }
    gen = choose(*m);
  }
  if (!gen) [[unlikely]] {  // off: the session has ended
    TraceLocker(m, gen, outermost, chose).release();
    return {};
  }
  if (m->introduced.load(std::memory_order_relaxed) != gen) [[unlikely]]
    introduce(*m, gen);
  return TraceLocker(m, gen, outermost, chose);
}

}  // namespace gate
// True if this process records.  One relaxed load and a branch while it does.
inline bool recording() {
  const Armed armed = g_wiped.armed.load(std::memory_order_relaxed);
  if (armed == Armed::Recording) [[likely]] return true;
  return armed == Armed::Wiped && gate::recover();
}

// Opens a gate.  Disabled, it is one relaxed load and a branch (T1).  Only for the functions of
// core/tracer that are called out of line: see gate::enter.
[[gnu::always_inline]] inline TraceLocker acquire() {
  if (!recording()) return {};
  return gate::enter();
}

}  // namespace thrace
