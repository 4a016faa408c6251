// Chunks on their way back to the free lists.
#pragma once

#include <cstdint>
#include <deque>

#include "core/arena/layout.h"

namespace thrace::collector {

// Chunks in which somebody was thrown out while writing rest this long: an odd context switch may
// bring the writer back.
inline constexpr uint64_t kQuarantine = 2'000'000'000;  // ns

// Of all the arena at most this part rests: a program that jumps out of handlers all the time must
// not run out of chunks.
inline constexpr size_t kRestingShare = 8;

class ChunkStore {
 public:
  explicit ChunkStore(char* base) : base_(base) {}

  // Zeroes a chunk of the collector's and makes it free.  Behind `used` words it is zero.
  void give_back(uint32_t page, uint32_t used);

  // The same after kQuarantine, or when too much is resting.  `now`: CLOCK_MONOTONIC, ns.
  void rest(uint32_t page, uint64_t now);
  void wake_rested(uint64_t now);

 private:
  struct Resting {
    uint32_t page;
    uint64_t until;
  };
  uint32_t bytes(uint32_t page) const;
  void wake_first();

  char* base_;
  size_t resting_bytes_ = 0;
  std::deque<Resting> resting_;
};

}  // namespace thrace::collector
