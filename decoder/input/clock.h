// Time: from ticks of the trace to nanoseconds.
#pragma once

#include <cstdint>

namespace thrace {

inline constexpr uint64_t kNanosPerSecond = 1'000'000'000;

// The clock of one file, fixed by its first ClockSnapshot.
struct Clock {
  uint64_t ticks = 0;                    // at the snapshot: the start of the trace
  uint64_t frequency = kNanosPerSecond;  // ticks per second
  uint64_t mono = 0;                     // CLOCK_MONOTONIC at the snapshot, ns
  uint64_t wall = 0;                     // CLOCK_REALTIME at the snapshot, ns

  // Nanoseconds since the start of the trace; negative before it.
  int64_t since_start(uint64_t time) const {
    const auto delta = static_cast<int64_t>(time - ticks);
    if (frequency == kNanosPerSecond) return delta;
    return static_cast<int64_t>(static_cast<__int128>(delta) * kNanosPerSecond / frequency);
  }

  // The same on a clock that shows `start` at the start of the trace.  Unsigned, since the numbers
  // of a hostile trace overflow.
  int64_t since(int64_t start, uint64_t time) const {
    return static_cast<int64_t>(static_cast<uint64_t>(since_start(time)) +
                                static_cast<uint64_t>(start));
  }

  // The ticks at so many nanoseconds after the start of the trace.
  uint64_t at(__int128 since_start) const {
    return ticks + static_cast<uint64_t>(since_start * frequency / kNanosPerSecond);
  }
};

}  // namespace thrace
