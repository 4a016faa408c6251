// Waiting for objects, and waking those who wait: what the wrappers of locks, condition variables,
// semaphores, barriers, joins and futexes call.
//
// A wrapper tries first; only if that fails it waits:
//
//     Wait wait;
//     wait.begin(WaitReason::Mutex, mutex, holder_tid);
//     const int result = real.pthread_mutex_lock(mutex);
//     wait.end(outcome);
//
// and a releaser looks, releases, and looks again:
//
//     Release release(WakeKind::Unlock, mutex);  // stamps and writes Wake if somebody waits
//     const int result = real.pthread_mutex_unlock(mutex);
//     release.after();                           // finds who registered in between
//
// All functions: from any thread and signal handler; no effect while not recording; errno untouched;
// no destructor is needed for correctness (design: G3).
#pragma once

#include <cstdint>

#include "core/format/event.h"
#include "core/tracer/settle.h"

namespace thrace {

class Wait {
 public:
  // Writes GoBlock and registers.  `holder_tid`: kernel tid of the owner, 0: none or not known.
  // `holder_word`: where the owner's tid stands, if the object has such a word: it is read again once
  // this thread is registered, and names the waker if no release has stamped (see end()).
  void begin(WaitReason reason, const void* object, uint32_t holder_tid,
             const int* holder_word = nullptr);

  // Leaves the table and writes GoUnblock with the waker.  `woken_by`: the object to read the stamp
  // of, if it is another than begin's (futex_waitv); nullptr: begin's.
  void end(Outcome outcome, const void* woken_by = nullptr);

  // True between begin and end, if the wait is being recorded.
  bool active() const { return m_ != nullptr; }

 private:
  Canary canary_;
  Thread* m_ = nullptr;
  uint64_t object_ = 0;
  uint64_t since_ = 0;            // ticks
  uint64_t released_before_ = 0;  // the bucket's stamp when this thread registered
  uint32_t holder_tid_ = 0;
  WaitReason reason_ = WaitReason::None;
  Interrupted outer_;
  uint64_t outer_object_ = 0;  // the registration that this one interrupts
  uint64_t outer_stamp_ = 0;
  uint64_t outer_since_ = 0;
};

// True if somebody is registered at the object's bucket: one read of one line.
inline bool has_waiters(const void* object) {
  return g_wiped.waits.of(reinterpret_cast<uint64_t>(object)).waiters.load(
             std::memory_order_relaxed) != 0;
}

inline constexpr uint32_t kWakeAll = UINT32_MAX;

// A Wake that was written: what its stack needs to be told.
struct Told {
  bool written = false;
  uint32_t seq = 0;  // 0: its stack is of no interest, nobody waits
  uint32_t gen = 0;

  explicit operator bool() const { return written; }
};

// Writes a Wake for `object` and stamps it (W2, W3).  `count`: how many tokens are given (1, n or
// kWakeAll).  Tokens (Signal, Broadcast, Post, Futex) and Exit are written even if nobody waits;
// the others only if somebody does.
Told wake(WakeKind kind, const void* object, uint32_t count);

// The real call has woken nobody: the stamps of its Wake are taken back from those who still wait, so
// that the next release finds them without one.
THRACE_HIDDEN void take_back(const void* object, Told told);

// Writes the stack of a Wake, after the real release: nobody waits longer because it is taken.
THRACE_HIDDEN void write_wake_stack(Told told);
inline void wake_stack(Told told) {
  if (told.seq && g_guest.stack_depth) write_wake_stack(told);
}

// The releases of locks: silent while nobody waits.
class Release {
 public:
  Release(WakeKind kind, const void* object) : kind_(kind), object_(object) {
    if (!recording()) return;
    before_ = g_wiped.waits.of(reinterpret_cast<uint64_t>(object)).released.load(
        std::memory_order_relaxed);
    if (has_waiters(object)) [[unlikely]] told_ = wake(kind, object, kWakeAll);
  }
  // After the real release.  Never reads the object: it may be gone (design, section 4).
  void after() {
    if (told_) [[unlikely]]
      wake_stack(told_);
    else if (has_waiters(object_)) [[unlikely]]
      late(kind_, object_, before_);
  }

  // What after() does if somebody waits: stamps late, unless another release has done so since
  // `before`, the bucket's stamp before the real release.
  static void late(WakeKind kind, const void* object, uint64_t before);

 private:
  WakeKind kind_;
  Told told_;
  const void* object_;
  uint64_t before_ = 0;
};

// After FUTEX_REQUEUE moved up to `count` waiters from one word to another: their registrations
// follow.
void requeue(const void* from, const void* to, uint32_t count);

}  // namespace thrace
