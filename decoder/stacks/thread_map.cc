// Following the stacks of threads as they come and go.
#include "decoder/stacks/thread_map.h"

#include <vector>

namespace thrace {
namespace {

constexpr uint64_t kGenerations = 2;  // this one and the one before

}  // namespace

void ThreadMap::begin(const Generation& generation) {
  generation.each_thread_memory([&](uint64_t m, const ThreadMemory& memory) {
    Known* known = known_.find(m);
    if (!known && known_.size() >= kMost) return;
    if (!known) known = &known_[m];
    if (known->memory != memory) lift(m, *known);
    known->memory = memory;
    known->named = generation.number;
  });
  std::vector<uint64_t> gone;
  known_.each([&](uint64_t m, Known& known) {
    if (known.named + kGenerations > generation.number) return;
    lift(m, known);
    gone.push_back(m);
  });
  for (const uint64_t m : gone) known_.erase(m);
  gone.clear();
  const bool full = selves_.size() >= kMost;
  selves_.each([&](uint64_t self, uint64_t m) {
    const Known* known = known_.find(m);
    if (known ? known->memory.self != self : full) gone.push_back(self);
  });
  for (const uint64_t self : gone) selves_.erase(self);
}

void ThreadMap::appear(const OrderedEvent& event) {
  const EventView& e = event.event;
  const bool runnable =
      e.type == Event::GoStatus && e.args[1] == static_cast<uint64_t>(Status::Runnable);
  if (runnable) return;  // it is on no M, which may not have begun
  Known* known = known_.find(event.m);
  if (!known || known->laid) return;
  known->laid = true;
  if (known->memory.self != 0) selves_[known->memory.self] = event.m;
  lay(event.m, known->memory);
}

void ThreadMap::leave(uint64_t m) {
  if (Known* known = known_.find(m)) lift(m, *known);
}

// What is there of others' makes room.
void ThreadMap::lay(uint64_t m, const ThreadMemory& memory) {
  if (memory.low >= memory.high || pieces_.size() >= kMost) return;
  auto at = pieces_.lower_bound(memory.low);
  if (at != pieces_.begin() && std::prev(at)->second.end > memory.low) {
    Piece& before = std::prev(at)->second;
    const Piece whole = before;
    before.end = memory.low;
    if (whole.end > memory.high) pieces_[memory.high] = whole;
  }
  while (at != pieces_.end() && at->first < memory.high) {
    const Piece whole = at->second;
    at = pieces_.erase(at);
    if (whole.end > memory.high) pieces_[memory.high] = whole;
  }
  pieces_[memory.low] = {memory.high, m};
}

void ThreadMap::lift(uint64_t m, Known& known) {
  if (!known.laid) return;
  known.laid = false;
  auto at = pieces_.lower_bound(known.memory.low);
  while (at != pieces_.end() && at->first < known.memory.high)
    at = at->second.m == m ? pieces_.erase(at) : std::next(at);
}

uint64_t ThreadMap::on_stack(uint64_t address) const {
  const auto next = pieces_.upper_bound(address);
  if (next == pieces_.begin()) return 0;
  const Piece& piece = std::prev(next)->second;
  return address < piece.end ? piece.m : 0;
}

uint64_t ThreadMap::thread(uint64_t self) const {
  const uint64_t* m = selves_.find(self);
  return m ? *m : 0;
}

}  // namespace thrace
