// Taking and giving back thread slots.
#include "core/tracer/slots.h"

#include "core/arena/free_list.h"

namespace thrace::slots {

uint32_t take() {
  char* const base = g_guest.base;
  const uint32_t slot = free_list_pop(g_guest.header->free_threads, thread_link(base));
  if (!slot) return 0;
  Thread& m = thread_of(slot);
  constexpr auto relaxed = std::memory_order_relaxed;
  // `seq` goes on counting: the collector compares it only for having changed.
  m.owner.store(0, relaxed);
  m.tail.store(0, relaxed);
  for (auto* word : {&m.entry_gen, &m.filled, &m.status_gen[0], &m.status_gen[1], &m.status_gen[2],
                     &m.next_chunk, &m.introduced, &m.detail, &m.lost, &m.abandoned, &m.g,
                     &m.heals})
    word->store(0, relaxed);
  for (auto* word : {&m.wakes, &m.object, &m.holder_tid, &m.since, &m.frame, &m.lost_from, &m.lost_to,
                     &m.handle, &m.stack_low, &m.stack_high, &m.wait_object, &m.wait_stamp,
                     &m.wait_since})
    word->store(0, relaxed);
  m.tid.store(0, relaxed);
  m.process.store(g_guest.process, relaxed);
  m.m.store(g_guest.header->next_m.fetch_add(1, relaxed) + 1, relaxed);
  return slot;
}

void give_back(uint32_t slot) {
  thread_of(slot).phase.store(ThreadPhase::Free, std::memory_order_release);
  free_list_push(g_guest.header->free_threads, slot, thread_link(g_guest.base));
}

}  // namespace thrace::slots
