// The life of a traced process: claiming a slot of the arena, at start and after a fork, and
// leaving.
#include <algorithm>
#include <cstring>

#include "core/tracer/gate.h"
#include "core/tracer/slots.h"
#include "core/tracer/task.h"
#include "core/unwind/capture.h"

namespace thrace {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr uint64_t kBlockedMicroseconds = 20;  // design, section 4

// Who this process is, in its own memory: a child of a fork takes it over, perhaps long after its
// parent has gone and another process has got the parent's slot.
struct Image {
  int32_t pid;
  decltype(Process::program) program;
  decltype(Process::name) name;
  decltype(Process::executable) executable;
  decltype(Process::arguments) arguments;
};
Image g_image;

// Copies what fits of a text, with its end.
template <size_t N>
void copy_text(char (&to)[N], const char* from) {
  size_t i = 0;
  for (; i + 1 < N && from[i]; i++) to[i] = from[i];
  to[i] = '\0';
}

const char* base_name(const char* path) {
  const char* name = path;
  for (const char* c = path; *c; c++)
    if (*c == '/') name = c + 1;
  return name;
}

void describe(const Identity& identity) {
  g_image.pid = identity.pid;
  copy_text(g_image.program, base_name(identity.executable));
  copy_text(g_image.name, identity.name);
  copy_text(g_image.executable, identity.executable);
  size_t used = 0;
  std::memset(g_image.arguments, 0, sizeof g_image.arguments);
  for (const char* const* arg = identity.arguments; arg && *arg; arg++) {
    const size_t length = strlen(*arg) + 1;
    if (used + length >= sizeof g_image.arguments) break;
    std::memcpy(g_image.arguments + used, *arg, length);
    used += length;
  }
}

// Tells the collector; `ppid` and `parent` as in Process.
void show_image(Process& slot, int32_t ppid, uint32_t parent) {
  slot.ppid = ppid;
  slot.parent = parent;
  std::memcpy(slot.program, g_image.program, sizeof slot.program);
  std::memcpy(slot.name, g_image.name, sizeof slot.name);
  std::memcpy(slot.executable, g_image.executable, sizeof slot.executable);
  std::memcpy(slot.arguments, g_image.arguments, sizeof slot.arguments);
}

// A process slot in phase Claimed; nullptr, counted, if all are in use.
Process* claim_slot(int32_t pid, uint32_t& number) {
  ArenaHeader& header = *g_guest.header;
  for (number = 0; number < kProcesses; number++) {
    Process& slot = arena_process(g_guest.base, number);
    if (!slot.claim(pid)) continue;
    slot.image = header.next_image.fetch_add(1, kRelaxed) + 1;
    slot.claimed = ticks();
    return &slot;
  }
  header.untraced_processes.fetch_add(1, kRelaxed);
  return nullptr;
}

bool is_open() {
  return g_guest.header->phase.load(kRelaxed) == Phase::Open &&
         g_guest.header->gen.load(kRelaxed) != 0;
}

// Makes the calling thread the first of its process and arms the tracer.
bool arm(Process& process, uint32_t number, uint64_t stack_low, uint64_t stack_high) {
  g_guest.process = number;
  t_local.muted = 0;
  t_local.nested = 0;
  t_local.telling_lost = false;
  t_local.m = nullptr;
  const uint32_t slot = slots::take();
  if (!slot) {
    process.free();
    g_guest.header->untraced_processes.fetch_add(1, kRelaxed);
    return false;
  }
  Thread& m = thread_of(slot);
  m.tid.store(raw_gettid(), kRelaxed);
  m.handle.store(reinterpret_cast<uint64_t>(__builtin_thread_pointer()), kRelaxed);
  m.stack_low.store(stack_low, kRelaxed);
  m.stack_high.store(stack_high, kRelaxed);
  m.g.store(g_guest.header->next_g.fetch_add(1, kRelaxed) + 1, kRelaxed);
  m.tail.store(Tail::make(0, 0, 0, 0, static_cast<uint32_t>(Status::Running)).word, kRelaxed);
  m.phase.store(ThreadPhase::Live, std::memory_order_release);
  t_local.slot = slot;
  t_local.m = &m;
  process.enter(ProcessPhase::Live);
  g_wiped.armed.store(Armed::Recording, std::memory_order_release);
  return true;
}

// Writes the status of the first thread, so that the process is in the trace from its start.
[[gnu::noinline]] void show_first_thread() { const TraceLocker gate = acquire(); }

void forget_announced_fork() {
  std::atomic<uint32_t>& pending = g_guest.header->forks_pending;
  uint32_t count = pending.load(kRelaxed);
  while (count && !pending.compare_exchange_weak(count, count - 1)) {
  }
}

Process& own_slot() { return arena_process(g_guest.base, g_guest.process); }

}  // namespace

bool start_process(char* base, const Identity& identity, bool light_fence) {
  g_guest.base = base;
  g_guest.header = &arena_header(base);
  g_guest.clock = g_guest.header->clock;
  g_guest.light_fence = light_fence;
  g_guest.stack_depth = std::min(g_guest.header->stack_depth, kMaxFrames);
  g_guest.frame_pointers = g_guest.header->frame_pointers;
  g_guest.blocked_ticks = g_guest.header->frequency * kBlockedMicroseconds / 1'000'000;
  uint32_t number;
  Process* slot = is_open() ? claim_slot(identity.pid, number) : nullptr;
  if (slot) {
    describe(identity);
    show_image(*slot, identity.ppid, 0);
  }
  if (!slot || !arm(*slot, number, g_guest.main_stack_low, g_guest.main_stack_high)) {
    g_guest.base = nullptr;  // its children record no more than it does
    disarm();
    return false;
  }
  show_first_thread();
  return true;
}

void disarm() { g_wiped.armed.store(Armed::Off, std::memory_order_release); }

void claim_after_fork() {
  Armed wiped = Armed::Wiped;
  if (!g_guest.base || !g_wiped.armed.compare_exchange_strong(wiped, Armed::Claiming)) return;
  unwind::after_fork();
  const int32_t pid = raw_getpid();
  uint32_t number;
  Process* slot = is_open() ? claim_slot(pid, number) : nullptr;
  forget_announced_fork();  // the slot stands for the child now: the session is never without both
  if (!slot) {
    disarm();
    return;
  }
  const int32_t parent = g_image.pid;
  g_image.pid = pid;
  show_image(*slot, parent, g_guest.process + 1);
  const Thread* forker = t_local.m;  // this thread's M in the parent: the stack is the same
  const uint64_t low = forker ? forker->stack_low.load(kRelaxed) : 0;
  const uint64_t high = forker ? forker->stack_high.load(kRelaxed) : 0;
  if (!arm(*slot, number, low, high)) {
    disarm();
    return;
  }
  show_first_thread();
}

bool gate::recover() {
  claim_after_fork();
  return g_wiped.armed.load(kRelaxed) == Armed::Recording;
}

void fork_begin() {
  if (recording()) g_guest.header->forks_pending.fetch_add(1);
}

void fork_failed() {
  if (recording()) forget_announced_fork();
}

void finish_session() {
  // Without a system call: the program may have forbidden itself all but a few.
  if (g_wiped.armed.load(kRelaxed) != Armed::Recording || g_image.pid != 1) return;
  disarm();
  own_slot().enter(ProcessPhase::Leaving);
  constexpr uint32_t kPauses = 2'000'000 / kPauseMicroseconds;
  // The collector makes it Live again if it has another process 1 than this one.  When it has its
  // last events it frees the slot, and is not done yet.
  const auto wanted = [] { return own_slot().phase() == ProcessPhase::Live; };
  for (uint32_t i = 0; i < kPauses && !wanted() && !g_guest.header->finished.load(); i++)
    raw_pause();
}

void exec_begin() {
  if (recording() && !t_local.muted) own_slot().enter(ProcessPhase::Exec);
}

void exec_failed() {
  if (recording() && !t_local.muted) own_slot().enter(ProcessPhase::Live);
}

}  // namespace thrace
