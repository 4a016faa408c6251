// Events of interposed system calls and of yields.
#include "core/tracer/call.h"

namespace thrace {

// Inlined into the two that follow: their frame is the gate's.  `frame`: where the caller is on its
// stack.
[[gnu::always_inline]] inline void Call::open(uint32_t number, int64_t arg, uint64_t frame) {
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  settle(gate, frame, outer_);
  canary_.set();
  Thread& m = gate.m();
  begun_ = writer::write_published(m, gate.gen(), Event::GoSyscallBegin, Status::Syscall,
                                   canary_.address(), {}, number, static_cast<uint64_t>(arg), 0)
               .time;
  m_ = &m;
}

void Call::begin(uint32_t number, int64_t arg) { open(number, arg, canary_.address()); }

void Call::begin_elsewhere(uint32_t number, int64_t arg, uint64_t frame) {
  open(number, arg, frame);
}

// Writes the end, if it is not slow: a slow one needs a stack, which is taken outside of the gate.
bool Call::finish_fast(uint32_t error, int64_t result) {
  const TraceLocker gate = acquire();
  if (!gate.ok() || &gate.m() != m_) return true;
  const writer::Record record = writer::reserve(
      *m_, gate.gen(), 3, Status::Syscall, Status::Running, [](Tail) {},
      [&](uint64_t time) { return time - begun_ <= g_guest.blocked_ticks; });
  if (record.outcome == writer::Reserved::Moot && gate.status() == Status::Syscall) return false;
  if (record.outcome == writer::Reserved::Yes)
    writer::fill(record, Event::GoSyscallEnd, gate.gen(), {}, error, result);
  canary_.clear();  // not before the event: a handler in between must find this call alive
  restore(gate, outer_);
  return true;
}

void Call::finish(uint32_t error, int64_t result) {
  if (finish_fast(error, result)) [[likely]] return;
  const CallStack stack = take_stack();
  const TraceLocker gate = acquire();
  if (!gate.ok() || &gate.m() != m_) return;
  writer::write(*m_, gate.gen(), Event::GoSyscallEndBlocked, Status::Syscall, Status::Running,
                stack, error, static_cast<uint64_t>(result));
  canary_.clear();
  restore(gate, outer_);
}

void Yield::begin() {
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  settle(gate, canary_.address(), outer_);
  canary_.set();
  m_ = &gate.m();
  writer::write_stop(*m_, gate.gen(), canary_.address());
}

void Yield::end() {
  const TraceLocker gate = acquire();
  if (!gate.ok() || &gate.m() != m_) return;
  gate.event(Event::GoStart, Status::Runnable, Status::Running,
             m_->g.load(std::memory_order_relaxed));
  canary_.clear();  // not before the event: a handler in between must find this call alive
  restore(gate, outer_);
}

}  // namespace thrace
