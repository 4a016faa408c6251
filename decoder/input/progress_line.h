// One line on a terminal that says how far a long piece of work has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace thrace {

class ProgressLine {
 public:
  // `what` is being done, to `total` bytes; 0: not known.  Nothing is shown unless standard error
  // is a terminal and the work has taken half a second.
  ProgressLine(std::string what, uint64_t total);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { end(); }

  void advance(uint64_t bytes);

  // The work is done: erases the line.
  void end();

  // For verbs that print while they read, if what they print goes to a terminal: no progress.
  static void keep_quiet_on_terminal();

 private:
  using Clock = std::chrono::steady_clock;

  void show();

  std::string what_;
  uint64_t total_;
  uint64_t done_ = 0;
  bool wanted_;
  bool shown_ = false;
  Clock::time_point next_;  // when to show it
};

}  // namespace thrace
