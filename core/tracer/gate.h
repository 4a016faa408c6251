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

#include "core/format/event.h"
#include "core/tracer/guest.h"

namespace thrace {

// A claim for the calling M to write events of one generation.  Not copied, not kept beyond the
// transition that it was acquired for.
class TraceLocker {
 public:
  TraceLocker() = default;
  TraceLocker(Thread* m, uint32_t gen, bool outermost)
      : m_(m), gen_(gen), outermost_(outermost) {}
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
    if (outermost_) leave(*m_);
    m_ = nullptr;
  }

  // Writes one event: first argument, then the others (E2), then the G's status after it.  False if
  // it was lost (T8); the status changes all the same.  `time` gets the record's time.
  bool event(Event type, uint32_t arg0, const uint64_t* args, uint32_t nargs, Status after,
             uint64_t* time = nullptr);

  // Writes an event whose last argument is a text of at most kMaxLabel bytes (E3).
  bool event_text(Event type, uint32_t arg0, const char* text, uint32_t length);

  // Writes the Wake of this M and returns its number; 0 if it was lost.
  uint32_t wake(WakeKind kind, uint64_t object, uint32_t waiters);

  // The status of the G on this M.
  Status status() const {
    return static_cast<Status>(Tail{m_->tail.load(std::memory_order_relaxed)}.status());
  }

 private:
  static void leave(Thread& m) {
    m.seq.store(m.seq.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    m.entry_gen.store(0, std::memory_order_relaxed);
    m.owner.store(0, std::memory_order_release);
  }

  Thread* m_ = nullptr;
  uint32_t gen_ = 0;
  bool outermost_ = false;
};

inline constexpr uint32_t kMaxLabel = 64;

namespace gate {
THRACE_HIDDEN TraceLocker acquire_enabled();
THRACE_HIDDEN bool recover();  // disarmed: claims a slot if this is the child of a fork
}  // namespace gate

// True if this process records.  One relaxed load and a branch while it does.
inline bool recording() {
  const Armed armed = g_wiped.armed.load(std::memory_order_relaxed);
  if (armed == Armed::Recording) [[likely]] return true;
  return armed == Armed::Wiped && gate::recover();
}

// Opens a gate.  Disabled, it is one relaxed load and a branch; the enabled body is out of line (T1).
inline TraceLocker acquire() {
  if (!recording()) return {};
  return gate::acquire_enabled();
}

}  // namespace thrace
