// Keeping what comes first.
#include "decoder/stacks/wake_join.h"

#include <algorithm>

namespace thrace {

WakeJoin::Waker& WakeJoin::waker(const WakeKey& wake) {
  std::unique_ptr<Waker>& entry = wakers_[wake.m];
  if (!entry) entry = std::make_unique<Waker>();
  entry->generation = std::max(entry->generation, wake.generation);
  return *entry;
}

void WakeJoin::drop_oldest(Waker& waker) {
  const uint32_t wait = waker.waits.front().wait;
  waker.waits.pop_front();
  found_(wait, 0);
}

void WakeJoin::begin(uint64_t generation) {
  std::vector<uint64_t> silent;
  wakers_.each([&](uint64_t m, std::unique_ptr<Waker>& waker) {
    const auto is_old = [&](uint64_t then) { return then + kGenerations < generation; };
    while (!waker->waits.empty() && is_old(waker->waits.front().generation)) drop_oldest(*waker);
    if (waker->waits.empty() && is_old(waker->generation)) silent.push_back(m);
  });
  for (const uint64_t m : silent) wakers_.erase(m);
}

void WakeJoin::stack(const WakeKey& wake, StackId stack) {
  Waker& w = waker(wake);
  if (w.stacks.empty()) w.stacks.resize(kStacks);
  w.stacks[wake.seq % kStacks] = {wake.generation, wake.seq, stack};
  if (w.waits.empty()) return;
  // A handler's WakeStack may overtake that of the Wake it interrupts, but not by many.
  while (!w.waits.empty() && w.waits.front().generation == wake.generation &&
         w.waits.front().seq + kStacks < wake.seq)
    drop_oldest(w);
  std::erase_if(w.waits, [&](const Pending& pending) {
    if (pending.generation != wake.generation || pending.seq != wake.seq) return false;
    found_(pending.wait, stack);
    return true;
  });
}

void WakeJoin::wait(const WakeKey& wake, uint32_t wait) {
  Waker& w = waker(wake);
  if (!w.stacks.empty()) {
    const Kept& kept = w.stacks[wake.seq % kStacks];
    if (kept.seq == wake.seq && kept.generation == wake.generation) return found_(wait, kept.stack);
  }
  if (w.waits.size() == kWaits) drop_oldest(w);
  w.waits.push_back({wake.generation, wake.seq, wait});
}

void WakeJoin::finish() {
  wakers_.each([&](uint64_t, std::unique_ptr<Waker>& waker) {
    while (!waker->waits.empty()) drop_oldest(*waker);
  });
  wakers_.clear();
}

}  // namespace thrace
