// Waking: Wake events and the stamps that tell the wakee who it was.
#include "core/tracer/wait.h"
#include "core/tracer/waiters.h"

namespace thrace {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

bool is_token(WakeKind kind) {
  return kind == WakeKind::Signal || kind == WakeKind::Broadcast || kind == WakeKind::Post ||
         kind == WakeKind::Futex;
}

// A release that woke nobody says nothing by its place; a signal that nobody waited for does.
bool wants_stack(WakeKind kind, uint32_t waiters) {
  if (kind == WakeKind::Exit) return false;
  return waiters || kind == WakeKind::Signal || kind == WakeKind::Broadcast;
}

bool is_waiting_for(const Thread& m, uint64_t object) {
  return m.wait_object.load(std::memory_order_acquire) == object;
}

// Who waits for an object, as far as the bucket tells.
struct Waiters {
  uint32_t count = 0;
  Thread* oldest = nullptr;  // the one without a stamp that has waited longest (W3)
};

// Those with a name in the bucket and, if there are more than names, the rest, who may wait for
// another object of the same bucket.
Waiters find_waiters(const WaitBucket& bucket, uint64_t object) {
  Waiters found;
  const uint32_t all = bucket.waiters.load(kRelaxed);
  uint32_t named = 0;
  for (const auto& name : bucket.named) {
    if (named == all) return found;
    const uint32_t slot = name.load(kRelaxed);
    if (!slot) continue;
    named++;
    Thread& m = thread_of(slot);
    if (!is_waiting_for(m, object)) continue;
    found.count++;
    if (m.wait_stamp.load(kRelaxed)) continue;
    if (!found.oldest || m.wait_since.load(kRelaxed) < found.oldest->wait_since.load(kRelaxed))
      found.oldest = &m;
  }
  if (named == WaitBucket::kNamed && all > named) found.count += all - named;
  return found;
}

// Gives tokens to those that have waited longest.  `first`: the oldest, as found just now.
void stamp_oldest(const WaitBucket& bucket, uint64_t object, Stamp stamp, uint32_t tokens,
                  Thread* first) {
  for (Thread* oldest = first; oldest; oldest = find_waiters(bucket, object).oldest) {
    uint64_t none = 0;
    if (oldest->wait_stamp.compare_exchange_strong(none, stamp.word) && --tokens == 0) return;
  }
}

}  // namespace

Told wake(WakeKind kind, const void* object, uint32_t count) {
  const TraceLocker gate = acquire();
  if (!gate.ok()) return {};
  const auto address = reinterpret_cast<uint64_t>(object);
  WaitBucket& bucket = g_wiped.waits.of(address);
  const Waiters waiters = find_waiters(bucket, address);
  if (!waiters.count && !is_token(kind) && kind != WakeKind::Exit) return {};

  const uint32_t m = gate.m().m.load(kRelaxed);
  const uint32_t seq = gate.wake(kind, address, waiters.count);
  const Told told{seq != 0, wants_stack(kind, waiters.count) ? seq : 0, gate.gen()};
  if (!seq || seq > Stamp::kMaxSeq || m > Stamp::kMaxM) return told;
  const Stamp stamp = Stamp::make(address, m, gate.gen(), seq);
  bucket.released.store(stamp.word, std::memory_order_release);
  if (is_token(kind)) stamp_oldest(bucket, address, stamp, count, waiters.oldest);
  return told;
}

void take_back(const void* object, Told told) {
  if (!told.seq) return;  // nobody waited: nothing is stamped but the bucket
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  const auto address = reinterpret_cast<uint64_t>(object);
  const uint32_t own = gate.m().m.load(kRelaxed);
  if (own > Stamp::kMaxM || told.seq > Stamp::kMaxSeq) return;
  const uint64_t given = Stamp::make(address, own, told.gen, told.seq).word;
  WaitBucket& bucket = g_wiped.waits.of(address);
  const auto take = [=](std::atomic<uint64_t>& word) {
    uint64_t stamp = given;
    word.compare_exchange_strong(stamp, 0);
  };
  take(bucket.released);
  for (const auto& name : bucket.named)
    if (const uint32_t slot = name.load(kRelaxed)) take(thread_of(slot).wait_stamp);
}

void write_wake_stack(Told told) {
  const CallStack stack = take_stack();
  if (!stack.count) return;
  const TraceLocker gate = acquire();
  if (!gate.ok()) return;
  writer::write(gate.m(), gate.gen(), Event::WakeStack, kAny, kKeep, stack, told.seq,
                gate.gen() - told.gen);
}

void Release::late(WakeKind kind, const void* object, uint64_t before) {
  if (!recording()) return;
  const auto address = reinterpret_cast<uint64_t>(object);
  if (g_wiped.waits.of(address).released.load(kRelaxed) == before)
    wake_stack(wake(kind, object, kWakeAll));
}

void requeue(const void* from, const void* to, uint32_t count) {
  const TraceLocker gate = acquire();  // keeps this M's own registration from being handled meanwhile
  if (!gate.ok()) return;
  const auto source = reinterpret_cast<uint64_t>(from);
  const auto target = reinterpret_cast<uint64_t>(to);
  WaitBucket& old_bucket = g_wiped.waits.of(source);
  WaitBucket& new_bucket = g_wiped.waits.of(target);
  for (auto& name : old_bucket.named) {
    if (!count) return;
    uint32_t slot = name.load(kRelaxed);
    if (!slot) continue;
    Thread& m = thread_of(slot);
    if (!is_waiting_for(m, source) || m.wait_stamp.load(kRelaxed)) continue;
    count--;
    if (&old_bucket == &new_bucket) {
      uint64_t object = source;
      m.wait_object.compare_exchange_strong(object, target);
      continue;
    }
    // Count in the new bucket before the move and out of the old one after it: a waiter that leaves
    // meanwhile finds one of the two, and a count can only be too high (W4).
    new_bucket.waiters.fetch_add(1, std::memory_order_seq_cst);
    uint64_t object = source;
    if (!m.wait_object.compare_exchange_strong(object, target)) {
      new_bucket.waiters.fetch_sub(1, kRelaxed);
      continue;
    }
    for (auto& place : new_bucket.named) {
      uint32_t none = 0;
      if (place.compare_exchange_strong(none, slot)) break;
    }
    uint32_t mine = slot;
    name.compare_exchange_strong(mine, 0);
    old_bucket.waiters.fetch_sub(1, kRelaxed);
  }
}

}  // namespace thrace
