// The cold half of the gate: threads without an M, stale gates, first events.
#include "core/tracer/gate.h"

#include <cstring>

#include "core/tracer/slots.h"
#include "core/tracer/task.h"

namespace thrace {

bool TraceLocker::event_text(Event type, uint32_t arg0, std::initializer_list<uint64_t> more,
                             const char* text) const {
  uint32_t length = 0;
  while (length < kMaxLabel && text[length]) length++;
  const uint32_t words = (length + sizeof(uint64_t)) / sizeof(uint64_t);  // with a final NUL
  const auto fixed = static_cast<uint32_t>(2 + more.size());
  const writer::Record record = writer::reserve(*m_, gen_, fixed + words, kAny, kKeep);
  if (record.outcome != writer::Reserved::Yes) return false;
  writer::fill_with(record, static_cast<uint8_t>(type), gen_, arg0, [&](uint64_t* to) {
    for (const uint64_t word : more) *to++ = word;
    std::memcpy(to, text, length);  // the rest is zero already (A3)
  });
  return true;
}

namespace gate {

// Less than the space between most alternate and coroutine stacks, more than most of their frames.
constexpr uint64_t kOneStack = 64 << 10;

bool is_stale(const Thread& m, uint64_t owner, uint64_t frame) {
  const uint64_t low = m.stack_low.load(std::memory_order_relaxed);
  const uint64_t high = m.stack_high.load(std::memory_order_relaxed);
  const auto own = [=](uint64_t address) { return !high || (address >= low && address < high); };
  // On one stack, the frame of a live outer gate lies above those of its callees and of the handlers
  // that interrupt it.
  if (own(owner) && own(frame)) return frame >= owner;
  // Two addresses elsewhere may be of two stacks, a coroutine's and the one of its handlers: only close
  // ones are taken for one.
  if (!own(owner) && !own(frame)) return frame >= owner && frame - owner < kOneStack;
  // Back on the thread's own stack: what ran on the alternate or coroutine stack is left.  The other
  // way round nothing is known, and the gate counts as nested.
  return own(frame);
}

void abandon(Thread& m) {
  m.abandoned.store(1, std::memory_order_relaxed);
  for (auto& written : m.status_gen) written.store(0, std::memory_order_relaxed);
  m.introduced.store(0, std::memory_order_relaxed);
  m.heals.store(m.heals.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  t_local.nested = 0;
  t_local.telling_lost = false;
  TraceLocker::leave(m);
}

bool heal(Thread& m, uint64_t owner, uint64_t frame) {
  const uint32_t entry = m.entry_gen.load(std::memory_order_relaxed);
  // A gate that was jumped out of, as a rule: the advancer waits for those of living threads before the
  // second generation, but not for ever.  A handler that runs inside of an open gate for longer than
  // its patience closes a live one here: the record that it was about to fill counts as abandoned, and
  // what it fills in then may come too late for its chunk.
  const bool old = entry && g_guest.header->gen.load(std::memory_order_relaxed) - entry >= 2;
  if (!old && !is_stale(m, owner, frame)) return false;
  abandon(m);
  return true;
}

// The outer gate has none while it is being opened or closed, and if it was jumped out of meanwhile.
uint32_t nested_gen(const Thread& m) {
  const uint32_t gen = m.entry_gen.load(std::memory_order_relaxed);
  if (!gen) return 0;
  // One that is choosing may be interrupted twice: the first handler has written in a later generation
  // than the one that the outer gate has read, and the second must not go back behind it.
  const uint32_t now = g_guest.header->gen.load(std::memory_order_relaxed);
  const uint32_t ahead =
      (Tail{m.tail.load(std::memory_order_relaxed)}.gen() - gen) & Tail::kGenMask;
  return now > gen && ahead <= now - gen ? gen + ahead : gen;
}

Thread* attach() {
  const uint32_t slot = slots::take();
  if (!slot) {
    g_guest.header->untraced_threads.fetch_add(1, std::memory_order_relaxed);
    t_local.muted++;
    return nullptr;
  }
  Thread& m = thread_of(slot);
  m.tid.store(raw_gettid(), std::memory_order_relaxed);
  m.handle.store(reinterpret_cast<uint64_t>(__builtin_thread_pointer()),
                 std::memory_order_relaxed);
  compiler_fence();
  if (t_local.m) {  // a signal handler on this thread was faster
    slots::give_back(slot);
    return t_local.m;
  }
  t_local.slot = slot;
  compiler_fence();
  t_local.m = &m;
  m.phase.store(ThreadPhase::Live, std::memory_order_release);
  return &m;
}

void introduce(Thread& m, uint32_t gen) {
  const Tail tail{m.tail.load(std::memory_order_relaxed)};
  if (tail.status() != static_cast<uint32_t>(Status::None)) {
    writer::write_status(m, gen);
    return;
  }
  // A thread whose creation was not seen, or one that runs destructors after its task has ended.
  uint32_t g = m.g.load(std::memory_order_relaxed);
  if (!g) {
    local_cas(m.g, 0u, g_guest.header->next_g.fetch_add(1, std::memory_order_relaxed) + 1);
    g = m.g.load(std::memory_order_relaxed);
  }
  m.detail.store(0, std::memory_order_relaxed);
  m.phase.store(ThreadPhase::Live, std::memory_order_relaxed);
  const auto created =
      writer::write(m, gen, Event::GoCreateSyscall, Status::None, Status::Syscall, g);
  if (created.outcome == writer::Reserved::Yes)
    writer::introduced(m, gen);
  writer::write(m, gen, Event::GoSyscallEnd, Status::Syscall, Status::Running, 0, 0);
}

}  // namespace gate
}  // namespace thrace
