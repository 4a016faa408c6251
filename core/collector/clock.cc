// Reading and calibrating the clock.
#include "core/collector/clock.h"

#include <time.h>

#include <fstream>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace thrace::collector {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// Two readings of some 50 ns uncertainty, this far apart, give the frequency within 50 ppm: enough
// for the first generation.
constexpr uint64_t kShortestCalibration = 2'000'000;

uint64_t now(clockid_t id) {
  timespec time;
  clock_gettime(id, &time);
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

// Reads ticks in the middle of a system clock's reading; keeps the tightest of a few tries, because
// the process may lose the CPU between the two.
void read_pair(ClockKind kind, clockid_t id, uint64_t& ticks, uint64_t& time) {
  uint64_t best = ~uint64_t{0};
  for (int i = 0; i < 5; i++) {
    const uint64_t before = read_ticks(kind);
    const uint64_t value = now(id);
    const uint64_t after = read_ticks(kind);
    if (after - before >= best) continue;
    best = after - before;
    ticks = before + best / 2;
    time = value;
  }
}

}  // namespace

bool tsc_is_invariant() {
#if defined(__x86_64__)
  unsigned eax, ebx, ecx, edx;
  constexpr unsigned kInvariant = 1u << 8;
  if (!__get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) || !(edx & kInvariant)) return false;
  // The kernel strikes the TSC off this list when it finds the CPUs' counters apart.
  std::ifstream list("/sys/devices/system/clocksource/clocksource0/available_clocksource");
  std::string name;
  if (!list) return true;
  while (list >> name)
    if (name == "tsc") return true;
#endif
  return false;
}

uint64_t read_ticks(ClockKind kind) {
#if defined(__x86_64__)
  if (kind == ClockKind::Tsc) {
    unsigned aux;
    return __rdtscp(&aux);
  }
#endif
  (void)kind;
  return now(CLOCK_MONOTONIC);
}

Clock::Clock(ClockKind kind) : kind_(kind) {
  if (kind == ClockKind::Monotonic)
    frequency_ = kSecond;
  else
    read_pair(kind, CLOCK_MONOTONIC_RAW, first_ticks_, first_raw_);
}

ClockReading Clock::read() const {
  ClockReading reading;
  uint64_t wall_ticks = 0;
  read_pair(kind_, CLOCK_MONOTONIC, reading.ticks, reading.mono);
  if (kind_ == ClockKind::Monotonic) reading.ticks = reading.mono;
  read_pair(kind_, CLOCK_REALTIME, wall_ticks, reading.wall);
  const uint64_t frequency = frequency_ ? frequency_ : kSecond;
  const auto late = static_cast<double>(wall_ticks - reading.ticks);
  reading.wall -= static_cast<uint64_t>(late * kSecond / static_cast<double>(frequency));
  return reading;
}

uint64_t Clock::frequency() {
  if (kind_ == ClockKind::Monotonic || !first_raw_) return frequency_;
  uint64_t ticks = 0, raw = 0;
  do {
    read_pair(kind_, CLOCK_MONOTONIC_RAW, ticks, raw);
  } while (raw - first_raw_ < kShortestCalibration);
  frequency_ = static_cast<uint64_t>(static_cast<double>(ticks - first_ticks_) * kSecond /
                                     static_cast<double>(raw - first_raw_));
  return frequency_;
}

}  // namespace thrace::collector
