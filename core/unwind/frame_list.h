// The frames that a walk has met: all of them while there is room, then the two ends of the stack.
#pragma once

#include <algorithm>

#include "core/format/event.h"
#include "core/unwind/capture.h"

namespace thrace::unwind {

// The most frames of a stack that a walk goes through (W4): 256 are 3 us, warm.
inline constexpr uint32_t kMostWalked = 256;
static_assert(kMostWalked >= kMaxFrames && kMostWalked < kLowestCode);

// Begins with the innermost frame.  Lies on the walker's stack: small.
class FrameList {
 public:
  FrameList(uint64_t* frames, uint32_t limit)
      : frames_(frames),
        limit_(limit),
        outer_(std::min(limit / 4, kOuter)),
        most_(outer_ ? kMostWalked : limit) {}

  // False if the walk is to end here, with StackEnd::Depth.
  bool add(uint64_t address) {
    if (count_ >= limit_) [[unlikely]]
      return add_outer(address);
    frames_[count_++] = address;
    return true;
  }

  // What was captured, of a stack that ends for this reason.
  Captured ended(StackEnd end) {
    if (count_ <= limit_) [[likely]]
      return {count_, end};
    if (end != StackEnd::Depth) close_gap();
    return {limit_, end};
  }

 private:
  static constexpr uint32_t kOuter = 8;  // two lines of the walker's stack

  [[gnu::noinline, gnu::cold]] bool add_outer(uint64_t address) {
    if (count_ == most_) return false;
    ring_[count_++ % kOuter] = address;
    return true;
  }

  // Puts the gap and the last frames in the place of the last ones for which there was room.
  [[gnu::noinline, gnu::cold]] void close_gap() {
    const uint32_t inner = limit_ - outer_ - 1;
    uint64_t last[kOuter];
    for (uint32_t i = 0; i < outer_; i++) {
      const uint32_t at = count_ - outer_ + i;
      last[i] = at < limit_ ? frames_[at] : ring_[at % kOuter];
    }
    frames_[inner] = count_ - inner - outer_;
    for (uint32_t i = 0; i < outer_; i++) frames_[inner + 1 + i] = last[i];
  }

  uint64_t* const frames_;
  const uint32_t limit_, outer_, most_;
  uint32_t count_ = 0;  // of the frames that were met
  uint64_t ring_[kOuter];
};

}  // namespace thrace::unwind
