// Following the slots of threads.
#include "core/collector/thread_table.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/arena/free_list.h"
#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

// Slots come out of the free list in order, but one may be taken and not yet filled in while later
// ones are: this many are looked at beyond the highest seen.
constexpr uint32_t kLookAhead = 256;

// An image of which nobody can tell what process it is has its slot alone.
uint64_t tid_key(const MState& m) {
  const ProcessState& process = *m.process;
  const uint64_t whose = process.pid ? static_cast<uint64_t>(process.pid) : ~uint64_t{process.slot};
  return whose << 32 | static_cast<uint32_t>(m.tid);
}

}  // namespace

ThreadTable::ThreadTable(char* base, FindProcess find_process)
    : base_(base), find_process_(std::move(find_process)), by_slot_(kThreads + 1) {}

MState* ThreadTable::adopt(uint32_t slot) {
  Thread& thread = arena_thread(base_, slot);
  ProcessState* process = find_process_(thread.process.load(std::memory_order_relaxed));
  const uint32_t id = thread.m.load(std::memory_order_relaxed);
  if (!process || !id) return nullptr;
  if (by_slot_[slot]) leave_slot(*by_slot_[slot]);
  std::unique_ptr<MState>& entry = by_id_[id];
  if (entry) return nullptr;  // ids are never reused: the slot is being changed right now
  entry = std::make_unique<MState>();
  entry->m = id;
  entry->slot = slot;
  entry->process = process;
  const uint32_t gen = process->current->gen;
  entry->open_gen = gen;
  // Its creator may have told of it already, in a generation that is being closed (T5).
  for (const uint32_t told : {gen - 1, gen})
    if (thread.status_gen[told % 3].load(std::memory_order_acquire) == told)
      entry->known_gen = told;
  process->threads.push_back(entry.get());
  by_slot_[slot] = entry.get();
  high_ = std::max(high_, slot);
  identify(*entry);
  return entry.get();
}

// What the thread says of itself as soon as it runs.
void ThreadTable::identify(MState& m) {
  const Thread& thread = arena_thread(base_, m.slot);
  const ThreadPhase phase = thread.phase.load(std::memory_order_acquire);
  const bool ours = thread.m.load(std::memory_order_relaxed) == m.m;
  if (!ours || phase == ThreadPhase::Free || phase == ThreadPhase::Created) return;
  m.tid = thread.tid.load(std::memory_order_relaxed);
  m.seen = monotonic();
  m.stack_low = thread.stack_low.load(std::memory_order_relaxed);
  m.stack_high = thread.stack_high.load(std::memory_order_relaxed);
  m.self = thread.handle.load(std::memory_order_relaxed);
  uint32_t& youngest = youngest_[tid_key(m)];
  if (is_later(m, youngest)) youngest = m.m;
}

void ThreadTable::scan() {
  ended_.clear();
  const uint32_t created = arena_header(base_).next_m.load(std::memory_order_acquire);
  for (uint32_t slot = 1; slot <= std::min({kThreads, created, high_ + kLookAhead}); slot++) {
    Thread& thread = arena_thread(base_, slot);
    const ThreadPhase phase = thread.phase.load(std::memory_order_acquire);
    MState* m = by_slot_[slot];
    if (phase == ThreadPhase::Free) {
      if (m) leave_slot(*m);  // pthread_create failed
      continue;
    }
    if (!m || m->m != thread.m.load(std::memory_order_relaxed)) m = adopt(slot);
    if (!m) continue;
    if (!m->tid) identify(*m);
    if (phase == ThreadPhase::Ended) ended_.push_back(m);
  }
}

// A task that a signal handler began on a thread before its own was adopted has ended, and the
// greater id; creators may start their threads in another order than they took the ids.
bool ThreadTable::is_later(const MState& m, uint32_t other) const {
  const auto found = by_id_.find(other);
  if (found == by_id_.end()) return true;
  const auto ended = [&](const MState& state) {
    return arena_thread(base_, state.slot).phase.load(std::memory_order_acquire) ==
           ThreadPhase::Ended;
  };
  if (ended(m) != ended(*found->second)) return !ended(m);
  return m.m > other;
}

MState* ThreadTable::find(uint32_t m, uint32_t slot) {
  const auto found = by_id_.find(m);
  if (found != by_id_.end()) {
    MState& known = *found->second;
    if (!known.tid && by_slot_[known.slot] == &known) identify(known);
    return &known;
  }
  if (slot < 1 || slot > kThreads) return nullptr;
  Thread& thread = arena_thread(base_, slot);
  if (thread.phase.load(std::memory_order_acquire) == ThreadPhase::Free ||
      thread.m.load(std::memory_order_relaxed) != m)
    return nullptr;
  return adopt(slot);
}

bool ThreadTable::is_gone(const MState& m) const {
  if (m.dead || m.process->dead) return true;
  const auto phase = arena_thread(base_, m.slot).phase.load(std::memory_order_acquire);
  if (!m.tid) return phase == ThreadPhase::Ended;
  const auto youngest = youngest_.find(tid_key(m));
  if (youngest != youngest_.end() && youngest->second != m.m) return true;
  if (m.process->nested)
    return m.process->pid && m.process->nested_threads.find(m.tid, m.seen) == NestedThreads::kGone;
  return syscall(SYS_tgkill, m.process->pid, m.tid, 0) < 0 && errno == ESRCH;
}

// The M keeps its state and loses its slot.
void ThreadTable::leave_slot(MState& m) {
  by_slot_[m.slot] = nullptr;
  std::erase(m.process->threads, &m);
  if (m.tid) {
    const auto youngest = youngest_.find(tid_key(m));
    if (youngest != youngest_.end() && youngest->second == m.m) youngest_.erase(youngest);
  }
  m.dead = true;
  retired_.push_back(m.m);
}

void ThreadTable::retire(MState& m) {
  const uint32_t slot = m.slot;
  leave_slot(m);
  arena_thread(base_, slot).phase.store(ThreadPhase::Free, std::memory_order_release);
  free_list_push(arena_header(base_).free_threads, slot, thread_link(base_));
}

void ThreadTable::drop(ProcessState& process) {
  while (!process.threads.empty()) retire(*process.threads.back());
  std::erase_if(retired_, [&](uint32_t m) { return by_id_.at(m)->process == &process; });
  std::erase_if(by_id_, [&](const auto& entry) { return entry.second->process == &process; });
}

void ThreadTable::forget_retired() {
  std::erase_if(retired_, [&](uint32_t m) {
    const auto found = by_id_.find(m);
    if (found->second->touched || found->second->suspects) return false;
    by_id_.erase(found);
    return true;
  });
}

}  // namespace thrace::collector
