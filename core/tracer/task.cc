// Creation, start, end and names of tasks.
#include "core/tracer/task.h"

#include "core/tracer/gate.h"
#include "core/tracer/slots.h"
#include "core/tracer/wait.h"
#include "core/tracer/waiters.h"

namespace thrace {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

uint32_t create_task(const void* start_routine) {
  if (!recording()) return 0;
  const CallStack stack = take_stack();
  const TraceLocker gate = acquire();
  if (!gate.ok()) return 0;
  Canary here;
  Interrupted outer;
  settle(gate, here.address(), outer);
  const uint32_t slot = slots::take();
  if (slot) {
    Thread& child = thread_of(slot);
    const uint32_t g = g_guest.header->next_g.fetch_add(1, kRelaxed) + 1;
    child.g.store(g, kRelaxed);
    child.tail.store(Tail::make(0, 0, 0, 0, static_cast<uint32_t>(Status::Runnable)).word,
                     kRelaxed);
    if (writer::write(gate.m(), gate.gen(), Event::GoCreate, Status::Running, Status::Running, stack,
                      g, reinterpret_cast<uint64_t>(start_routine))
            .outcome == writer::Reserved::Yes) {
      writer::introduced(child, gate.gen());  // creation is its status
      child.phase.store(ThreadPhase::Created, std::memory_order_release);
      restore(gate, outer);
      return slot;
    }
    slots::give_back(slot);
  } else {
    g_guest.header->untraced_threads.fetch_add(1, kRelaxed);
  }
  restore(gate, outer);
  return 0;
}

void create_failed(uint32_t slot, uint32_t error) {
  if (!slot) return;
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  gate.event(Event::GoCreateFailed, kAny, kKeep, thread_of(slot).g.load(kRelaxed), error);
  slots::give_back(slot);
}

// A signal handler ran on this thread before it was adopted, as the task of a foreign thread.  That
// task ends here.  Called and left muted, but for the opening of the gate: a handler that comes there
// runs as that task, too.
static void end_early_task() {
  Thread& early = *t_local.m;
  unmute();
  const TraceLocker gate = acquire();
  mute();
  if (!gate.ok()) return;  // nothing is recorded any more
  gate.event(Event::GoDestroy, Status::Running, Status::None, early.g.load(kRelaxed));
  early.g.store(0, kRelaxed);
  early.phase.store(ThreadPhase::Ended, std::memory_order_release);
  writer::retire(early);
}

void adopt_task(uint32_t slot, uint64_t handle, uint64_t stack_low, uint64_t stack_high) {
  if (!slot) return;
  // Muted, so that no handler comes between the end of the early task and the M of the thread: it would
  // leave a second one alive, and the collector took that for the thread.
  mute();
  if (t_local.m) end_early_task();
  Thread& m = thread_of(slot);
  m.tid.store(raw_gettid(), kRelaxed);
  m.handle.store(handle, kRelaxed);
  m.stack_low.store(stack_low, kRelaxed);
  m.stack_high.store(stack_high, kRelaxed);
  t_local.slot = slot;
  compiler_fence();
  t_local.m = &m;
  m.phase.store(ThreadPhase::Live, std::memory_order_release);
  unmute();
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  gate.event(Event::GoStart, Status::Runnable, Status::Running, m.g.load(kRelaxed));
}

void end_task() {
  // Asked first: in the child of a fork that has not recorded yet, this thread's M is its parent's, and
  // becomes another (design: G6).
  if (!recording() || !t_local.m) return;
  Thread& m = *t_local.m;
  const uint64_t handle = m.handle.load(kRelaxed);
  wake(WakeKind::Exit, reinterpret_cast<const void*>(handle), kWakeAll);
  waiters::leave(m);  // of a wait that was left by cancellation (W4)
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  Canary here;
  Interrupted outer;
  settle(gate, here.address(), outer);
  mute();  // a handler comes before all of this or after it
  if (m.phase.load(kRelaxed) == ThreadPhase::Live) {
    gate.event(Event::GoDestroy, Status::Running, Status::None, m.g.load(kRelaxed));
    m.g.store(0, kRelaxed);
    writer::unknown(m, gate.gen());  // what follows needs a G of its own
    m.phase.store(ThreadPhase::Ended, std::memory_order_release);
  }
  writer::retire(m);
  unmute();
}

void label_task(uint64_t handle, const char* name) {
  const auto is = [=](const Thread& m) { return m.handle.load(kRelaxed) == handle; };
  const bool own = t_local.m && is(*t_local.m);
  const Thread* m = own ? t_local.m : waiters::find(is);
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  if (!m && is(gate.m())) m = &gate.m();  // its first traced call
  if (!m) return;  // not traced, or not started yet: the collector reads the kernel's name of it
  if (const uint32_t g = m->g.load(kRelaxed)) gate.event_text(Event::GoLabel, g, {}, name);
}

}  // namespace thrace
