// The collector's clock: the ticks that guests stamp their records with, their frequency, and how
// they relate to the kernel's clocks.
#pragma once

#include <cstdint>

#include "core/arena/layout.h"

namespace thrace::collector {

// The same instant on three clocks.  mono and wall are in ns.
struct ClockReading {
  uint64_t ticks = 0;
  uint64_t mono = 0;
  uint64_t wall = 0;
};

// True if the TSC runs at one rate on all CPUs, whatever they do, and the kernel thinks so too.
bool tsc_is_invariant();

// The clock's ticks now.
uint64_t read_ticks(ClockKind kind);

// Measures the frequency from its construction on: the longer it lives, the better it knows.
class Clock {
 public:
  explicit Clock(ClockKind kind);
  // Takes up where another process began (a leftover arena): frequency as found there.
  Clock(ClockKind kind, uint64_t frequency) : kind_(kind), frequency_(frequency) {}

  ClockKind kind() const { return kind_; }
  uint64_t ticks() const { return read_ticks(kind_); }
  ClockReading read() const;

  // Ticks per second, as well as it is known.  Waits until the clock has lived for 2 ms.
  uint64_t frequency();

 private:
  ClockKind kind_;
  uint64_t frequency_ = 0;
  uint64_t first_ticks_ = 0;
  uint64_t first_raw_ = 0;  // CLOCK_MONOTONIC_RAW, ns
};

}  // namespace thrace::collector
