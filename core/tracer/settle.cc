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

// A handler may come between the look at the status and the event, and settle an abandoned state
// itself: then the event is moot, and the G Running, as it should be.
void settle_cold(const TraceLocker& gate, uint64_t frame, Interrupted& outer) {
  Thread& m = gate.m();
  const uint32_t gen = gate.gen();
  constexpr auto relaxed = std::memory_order_relaxed;
  const Status status = gate.status();
  outer = {status, m.detail.load(relaxed), m.object.load(relaxed), m.holder_tid.load(relaxed),
           m.frame.load(relaxed)};
  const bool alive = is_alive(m, outer.frame, frame);
  if (!alive && status == Status::Waiting) waiters::leave(m);  // W4
  switch (status) {
    case Status::Runnable:  // in the middle of a sched_yield
      writer::write(m, gen, Event::GoStart, status, Status::Running, m.g.load(relaxed));
      break;
    case Status::Waiting:
      writer::write(m, gen, Event::GoUnblock, status, Status::Running,
                    static_cast<uint32_t>(alive ? Outcome::Interrupted : Outcome::Abandoned), 0, 0,
                    0);
      break;
    case Status::Syscall:
      writer::write(m, gen, Event::GoSyscallEnd, status, Status::Running,
                    alive ? kSyscallInterrupted : kSyscallAbandoned, -1);
      break;
    default: break;
  }
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
  const uint32_t gen = gate.gen();
  switch (outer.status) {
    case Status::Waiting:
      writer::write_published(m, gen, Event::GoBlock, outer.status, outer.frame, {},
                              outer.detail, outer.object, outer.holder_tid, outer.holder_tid);
      break;
    case Status::Syscall:
      writer::write_published(m, gen, Event::GoSyscallBegin, outer.status, outer.frame, {},
                              outer.detail, outer.object, 0);
      break;
    case Status::Runnable:
      writer::write_stop(m, gen, outer.frame);
      break;
    default: break;
  }
}

}  // namespace thrace
