// Claims of learners, and the unloads that wait for them.
#include "core/unwind/learners.h"

#include <x86intrin.h>

namespace thrace::unwind {

constinit Learners g_learners;

namespace {

uint64_t own_mark() { return reinterpret_cast<uint64_t>(__builtin_thread_pointer()); }

}  // namespace

Learners::Claim Learners::claim() {
  const uint64_t mark = own_mark();
  const auto first = static_cast<uint32_t>(mark * 0x9E3779B97F4A7C15u >> 58);
  static_assert(kSlots == 1u << (64 - 58));
  for (uint32_t i = 0; i < kSlots; i++) {
    Slot& slot = slots_[(first + i) % kSlots];
    uint64_t found = 0;
    if (slot.compare_exchange_strong(found, mark, std::memory_order_seq_cst))
      return {&slot, mark, false};
    if (found == mark) return {&slot, mark, true};
  }
  // All slots are taken, by learners at work or by such as were jumped out of.  One gives way: if it
  // is at work, it learns nothing (U2).
  Slot& slot = slots_[first];
  slot.exchange(mark, std::memory_order_seq_cst);
  return {&slot, mark, false};
}

Learners::Claim Learners::enter() {
  const Claim mine = claim();
  if (!unloading_.load(std::memory_order_seq_cst)) [[likely]]
    return mine;
  leave(mine);
  return {};
}

void Learners::leave(const Claim& claim) {
  if (claim.nested) return;
  uint64_t mark = claim.mark;  // it may have been taken away
  claim.slot->compare_exchange_strong(mark, 0, std::memory_order_release,
                                      std::memory_order_relaxed);
}

void Learners::begin_unload() {
  unloading_.fetch_add(1, std::memory_order_seq_cst);
  const uint64_t begin = __rdtsc();
  for (Slot& slot : slots_) {
    uint64_t mark = slot.load(std::memory_order_seq_cst);
    // The calling thread's own learner does not go on while it is waited for.
    while (mark && mark != own_mark() && __rdtsc() - begin < kPatience) {
      _mm_pause();
      const uint64_t now = slot.load(std::memory_order_acquire);
      if (now != mark) mark = 0;  // the next one sees the unload
    }
    if (mark) slot.compare_exchange_strong(mark, 0, std::memory_order_seq_cst);
  }
}

void Learners::end_unload() {
  uint32_t count = unloading_.load(std::memory_order_relaxed);
  while (count && !unloading_.compare_exchange_weak(count, count - 1, std::memory_order_seq_cst)) {
  }
}

void Learners::reset() {
  unloading_.store(0, std::memory_order_relaxed);
  for (Slot& slot : slots_) slot.store(0, std::memory_order_relaxed);
}

}  // namespace thrace::unwind
