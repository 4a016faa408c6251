// The latest Wakes of each M, for the waits that they end: those may end much later.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "decoder/order/id_map.h"
#include "decoder/stacks/wake_join.h"

namespace thrace {

// Something that is known of each Wake.  Where a function takes `drop`, drop(Value&) is called for
// each one that is kept no longer.
template <typename Value>
class RecentWakes {
 public:
  static constexpr size_t kEach = 256;         // of an M are kept in any case,
  static constexpr size_t kAll = 1 << 17;      // and more of it while there are fewer in all
  static constexpr uint64_t kGenerations = 2;  // if there are more, how long the others are kept

  // Starts a generation.
  template <typename Drop>
  void begin(uint64_t generation, Drop drop) {
    if (size_ < kAll) return;
    std::vector<uint64_t> empty;
    wakers_.each([&](uint64_t m, std::unique_ptr<Entries>& entries) {
      while (!entries->empty() && entries->front().generation + kGenerations < generation)
        pop(*entries, drop);
      if (entries->empty()) empty.push_back(m);
    });
    for (const uint64_t m : empty) wakers_.erase(m);
  }

  // The numbers of an M ascend in a generation.
  template <typename Drop>
  void add(const WakeKey& key, Value value, Drop drop) {
    std::unique_ptr<Entries>& entries = wakers_[key.m];
    if (!entries) entries = std::make_unique<Entries>();
    if (entries->size() >= kEach && size_ >= kAll) pop(*entries, drop);
    entries->push_back({key.generation, key.seq, std::move(value)});
    size_++;
  }

  // What is known of a Wake, or nullptr.  Valid until the next call of another function.
  Value* find(const WakeKey& key) {
    const std::unique_ptr<Entries>* entries = wakers_.find(key.m);
    if (!entries || key.seq == 0) return nullptr;
    const auto wanted = std::make_tuple(key.generation, key.seq);
    const auto at = std::lower_bound((*entries)->begin(), (*entries)->end(), wanted,
                                     [](const Entry& entry, const auto& w) {
                                       return std::make_tuple(entry.generation, entry.seq) < w;
                                     });
    const bool found =
        at != (*entries)->end() && std::make_tuple(at->generation, at->seq) == wanted;
    return found ? &at->value : nullptr;
  }

  // Drops all.
  template <typename Drop>
  void finish(Drop drop) {
    wakers_.each([&](uint64_t, std::unique_ptr<Entries>& entries) {
      while (!entries->empty()) pop(*entries, drop);
    });
    wakers_.clear();
  }

  size_t size() const { return size_; }

 private:
  struct Entry {
    uint64_t generation;
    uint64_t seq;
    Value value;
  };
  using Entries = std::deque<Entry>;

  template <typename Drop>
  void pop(Entries& entries, Drop drop) {
    drop(entries.front().value);
    entries.pop_front();
    size_--;
  }

  IdMap<std::unique_ptr<Entries>> wakers_;  // by M; ascending by generation and number
  size_t size_ = 0;
};

}  // namespace thrace
