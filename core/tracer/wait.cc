// Registering in the wait table, and finding out who woke this thread.
#include "core/tracer/wait.h"

#include "core/tracer/waiters.h"

namespace thrace {
namespace {

// Objects that pass to whoever comes next (W3): their cause is the last release before the
// acquisition, and a stamp that was there before this thread registered is not it.
bool needs_fresh_stamp(WaitReason reason) {
  switch (reason) {
    case WaitReason::Mutex:
    case WaitReason::RwlockRead:
    case WaitReason::RwlockWrite:
    case WaitReason::Spin:
    case WaitReason::Barrier:
    case WaitReason::Cond:
    case WaitReason::FutexPi: return true;
    default: return false;
  }
}

// Of the other objects, a stamp that was there before may be of a release that is still to come: the
// releaser stamps first (W2).  No releaser needs this long in between.
constexpr uint64_t kReleaseTakes = 50;  // times Guest::blocked_ticks: 1 ms

// True if a bucket's stamp that was there before this thread began to wait, at `since`, is not the
// cause.  (Who releases without our seeing it, as another process does, stamps nothing.)
bool is_old(WaitReason reason, uint64_t since) {
  if (needs_fresh_stamp(reason)) return true;
  // A thread may take its time to end after it has said so.
  if (reason == WaitReason::Join) return false;
  return ticks() - since > kReleaseTakes * g_guest.blocked_ticks;
}

// Objects that are stamped at one of their waiters (W3).
bool is_token(WaitReason reason) {
  return reason == WaitReason::Cond || reason == WaitReason::Semaphore ||
         reason == WaitReason::Futex;
}

struct Waker {
  uint32_t m = 0;
  uint32_t age = 0;
  uint32_t seq = 0;
};

Waker waker_of(Stamp stamp, uint32_t gen) { return {stamp.m(), stamp.age(gen), stamp.seq()}; }

}  // namespace

void Wait::begin(WaitReason reason, const void* object, uint32_t holder_tid,
                 const int* holder_word) {
  if (!recording()) return;
  const CallStack stack = take_stack();
  {
    const TraceLocker gate = acquire();
    if (!gate.ok()) return;
    settle(gate, canary_.address(), outer_);
    canary_.set();
    m_ = &gate.m();
    object_ = reinterpret_cast<uint64_t>(object);
    reason_ = reason;
    holder_tid_ = holder_tid;
    writer::write_published(*m_, gate.gen(), Event::GoBlock, Status::Waiting, canary_.address(), stack,
                            static_cast<uint32_t>(reason), object_, holder_tid, holder_tid);
    since_ = m_->since.load(std::memory_order_relaxed);
  }
  // W1: after the GoBlock, before the real call.
  if (const uint64_t old = m_->wait_object.load(std::memory_order_relaxed)) {
    if (outer_.status == Status::Waiting) {
      outer_object_ = old;
      outer_stamp_ = m_->wait_stamp.load(std::memory_order_relaxed);
      outer_since_ = m_->wait_since.load(std::memory_order_relaxed);
    }
    waiters::leave(*m_);  // taken up again in end(), or jumped out of (W4)
  }
  released_before_ = waiters::join(*m_, object_, 0, since_);
  if (holder_word) holder_tid_ = static_cast<uint32_t>(*static_cast<const volatile int*>(holder_word));
}

void Wait::end(Outcome outcome, const void* woken_by) {
  if (!m_ || t_local.m != m_) return;
  Thread& m = *m_;
  uint64_t object = woken_by ? reinterpret_cast<uint64_t>(woken_by) : object_;
  if (reason_ == WaitReason::Futex && !woken_by)  // it may have been moved to another word
    if (const uint64_t now_at = m.wait_object.load(std::memory_order_relaxed)) object = now_at;
  Stamp stamp;
  if (outcome == Outcome::Woken || outcome == Outcome::OwnerDied) {
    if (is_token(reason_)) stamp.word = m.wait_stamp.load(std::memory_order_relaxed);
    if (!stamp.of(object)) {
      stamp.word = g_wiped.waits.of(object).released.load(std::memory_order_relaxed);
      if (stamp.word == released_before_ && is_old(reason_, since_)) stamp.word = 0;
    }
    if (stamp.word == t_local.woken_by) stamp.word = 0;  // no Wake ends two waits of a thread
    if (stamp.of(object)) t_local.woken_by = stamp.word;
  }
  waiters::leave(m);
  if (outer_object_) waiters::join(m, outer_object_, outer_stamp_, outer_since_);

  const uint32_t holder = stamp.of(object) || !holder_tid_ || outcome != Outcome::Woken
                              ? 0
                              : waiters::m_of_tid(holder_tid_);
  const TraceLocker gate = acquire();
  if (!gate.ok() || &gate.m() != m_) return;
  m_ = nullptr;
  Waker waker;
  if (stamp.of(object))
    waker = waker_of(stamp, gate.gen());
  else
    waker.m = holder;  // the holder released before it could see this thread waiting
  gate.event(Event::GoUnblock, Status::Waiting, Status::Running, static_cast<uint32_t>(outcome),
             waker.m, waker.age, waker.seq);
  canary_.clear();  // not before the event: a handler in between must find this wait alive
  restore(gate, outer_);
}

}  // namespace thrace
