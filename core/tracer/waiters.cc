// Registering and leaving: the count goes up first and down last, so that a jump out of the middle can
// only leave it too high (W4).
#include "core/tracer/waiters.h"

#include "core/tracer/local.h"

namespace thrace::waiters {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

uint32_t slot_of(const Thread& m) {
  const auto* first = &thread_of(0);
  return static_cast<uint32_t>(&m - first);
}

}  // namespace

uint64_t join(Thread& m, uint64_t object, uint64_t stamp, uint64_t since) {
  WaitBucket& bucket = g_wiped.waits.of(object);
  const uint64_t released = bucket.released.load(kRelaxed);
  m.wait_stamp.store(stamp, kRelaxed);
  m.wait_since.store(since, kRelaxed);
  const uint32_t slot = slot_of(m);
  bucket.waiters.fetch_add(1, std::memory_order_seq_cst);
  m.wait_object.store(object, std::memory_order_release);
  for (auto& name : bucket.named) {
    uint32_t none = 0;
    if (name.load(kRelaxed) == slot) break;  // left behind by a jump
    if (!name.load(kRelaxed) && name.compare_exchange_strong(none, slot)) break;
  }
  return released;
}

void leave(Thread& m) {
  // The exchange decides against a requeue at the same moment: one of the two sees the other's object.
  const uint64_t object = m.wait_object.exchange(0, std::memory_order_acq_rel);
  if (!object) return;
  WaitBucket& bucket = g_wiped.waits.of(object);
  const uint32_t slot = slot_of(m);
  // Nobody else touches the name any more: a requeue that failed leaves it, one that won has moved it.
  for (auto& name : bucket.named)
    if (name.load(kRelaxed) == slot) {
      name.store(0, kRelaxed);
      break;
    }
  bucket.waiters.fetch_sub(1, kRelaxed);
}

uint32_t m_of_tid(uint32_t tid) {
  const Thread* m = find([=](const Thread& thread) {
    return static_cast<uint32_t>(thread.tid.load(kRelaxed)) == tid;
  });
  return m ? m->m.load(kRelaxed) : 0;
}

}  // namespace thrace::waiters
