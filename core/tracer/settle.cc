// Interrupting and restoring the state of a G.
#include "core/tracer/settle.h"

#include "core/tracer/waiters.h"

namespace thrace {
namespace {

// True if the Wait or Call whose Canary is at `outer` is still on the stack, seen from `frame`.
bool is_alive(const Thread& m, uint64_t outer, uint64_t frame) {
  if (!outer || gate::is_stale(m, outer, frame)) return false;
  const uint64_t low = m.stack_low.load(std::memory_order_relaxed);
  const uint64_t high = m.stack_high.load(std::memory_order_relaxed);
  // Below a live frame: after a jump the stack may have grown over the place of an abandoned one.
  // Elsewhere (a coroutine's stack) it may no longer be mapped: it is believed.
  const bool readable = high ? outer >= low && outer < high : outer > frame;
  return !readable || reinterpret_cast<const Canary*>(outer)->alive();
}

}  // namespace

void settle_cold(const TraceLocker& gate, uint64_t frame, Interrupted& outer) {
  Thread& m = gate.m();
  constexpr auto relaxed = std::memory_order_relaxed;
  const Status status = gate.status();
  if (status == Status::Runnable) {  // a handler in the middle of a sched_yield
    outer = {status, m.detail.load(relaxed), 0, 0, m.frame.load(relaxed)};
    gate.event(Event::GoStart, status, Status::Running, m.g.load(relaxed));
  } else {
    outer = {status, m.detail.load(relaxed), m.object.load(relaxed), m.holder_tid.load(relaxed),
             m.frame.load(relaxed)};
  }
  const bool alive = is_alive(m, outer.frame, frame);
  if (status == Status::Waiting)
    gate.event(Event::GoUnblock, status, Status::Running,
               static_cast<uint32_t>(alive ? Outcome::Interrupted : Outcome::Abandoned), 0, 0, 0);
  else if (status == Status::Syscall)
    gate.event(Event::GoSyscallEnd, status, Status::Running,
               alive ? kSyscallInterrupted : kSyscallAbandoned, -1);
  if (!alive) outer = {};
}

void leave_by_jump(uint64_t target) {
  if (!recording() || t_local.muted || !t_local.m) return;
  Thread& m = *t_local.m;
  const uint64_t owner = m.owner.load(std::memory_order_relaxed);
  if (owner && gate::is_stale(m, owner, target)) gate::abandon(m);
  const Tail tail{m.tail.load(std::memory_order_relaxed)};
  const auto status = static_cast<Status>(tail.status());
  if (status == Status::Running || status == Status::None) return;
  if (!gate::is_stale(m, m.frame.load(std::memory_order_relaxed), target)) return;
  waiters::leave(m);
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  Interrupted outer;
  settle(gate, target, outer);
}

void restore_cold(const TraceLocker& gate, const Interrupted& outer) {
  Thread& m = gate.m();
  publish(m, outer.detail, outer.object, outer.holder_tid, outer.frame);
  switch (outer.status) {
    case Status::Waiting:
      gate.event(Event::GoBlock, Status::Running, outer.status, outer.detail, outer.object,
                 outer.holder_tid);
      break;
    case Status::Syscall:
      gate.event(Event::GoSyscallBegin, Status::Running, outer.status, outer.detail, outer.object);
      break;
    case Status::Runnable:
      gate.event(Event::GoStop, Status::Running, outer.status,
                 static_cast<uint32_t>(StopReason::Yield));
      break;
    default: break;
  }
}

}  // namespace thrace
