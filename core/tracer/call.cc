// Events of interposed system calls and of yields.
#include "core/tracer/call.h"

namespace thrace {

void Call::begin(uint32_t number, int64_t arg) {
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  settle(gate, canary_.address(), outer_);
  canary_.set();
  Thread& m = gate.m();
  begun_ = writer::write_published(m, gate.gen(), Event::GoSyscallBegin, Status::Syscall,
                                   canary_.address(), number, static_cast<uint64_t>(arg), 0)
               .time;
  m_ = &m;
}

void Call::finish(uint32_t error, int64_t result) {
  const TraceLocker gate = acquire();
  if (!gate.ok() || &gate.m() != m_) return;
  const writer::Record record =
      writer::reserve(*m_, gate.gen(), 3, Status::Syscall, Status::Running);
  if (record.outcome == writer::Reserved::Yes) {
    const bool blocked = record.time - begun_ > g_guest.blocked_ticks;
    writer::fill(record, blocked ? Event::GoSyscallEndBlocked : Event::GoSyscallEnd, gate.gen(),
                 error, result);
  }
  canary_.clear();  // not before the event: a handler in between must find this call alive
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
