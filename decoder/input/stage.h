// What our own work consists of, and how long each part of it took (--stats).
#pragma once

#include <chrono>
#include <cstdint>

namespace thrace {

enum class Stage : uint8_t {
  Other,   // start, end, and what no timer covers
  Read,    // reading, expanding and checking generations
  Order,   // merging, and what the verb does with each event
  Names,   // looking up symbols
  Report,  // adding up and printing
};
inline constexpr int kStages = 5;

// The time of its life counts as that of the stage; timers within it take their time out of it.
// From the main thread only.
class StageTimer {
 public:
  explicit StageTimer(Stage stage);
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;
  ~StageTimer();

 private:
  Stage outer_;
};

// Adds events to what the stages have dealt with.
void count_events(uint64_t events);

// One line on standard error: the time of each stage, CPU time and memory of this process.
void print_stages();

}  // namespace thrace
