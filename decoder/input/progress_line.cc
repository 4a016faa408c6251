// Drawing and erasing.
#include "decoder/input/progress_line.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace thrace {
namespace {

constexpr auto kFirst = std::chrono::milliseconds(500);
constexpr auto kAgain = std::chrono::milliseconds(100);
constexpr const char* kErase = "\r\x1b[K";

bool g_quiet = false;

}  // namespace

ProgressLine::ProgressLine(std::string what, uint64_t total)
    : what_(std::move(what)),
      total_(total),
      wanted_(!g_quiet && isatty(STDERR_FILENO) != 0),
      next_(Clock::now() + kFirst) {}

void ProgressLine::end() {
  if (shown_) fmt::print(stderr, "{}", kErase);
  shown_ = wanted_ = false;
}

void ProgressLine::keep_quiet_on_terminal() {
  if (isatty(STDOUT_FILENO) != 0) g_quiet = true;
}

void ProgressLine::advance(uint64_t bytes) {
  done_ += bytes;
  if (wanted_ && Clock::now() >= next_) show();
}

void ProgressLine::show() {
  next_ = Clock::now() + kAgain;
  shown_ = true;
  if (total_ != 0)
    fmt::print(stderr, "{}{}: {} %", kErase, what_, done_ >= total_ ? 100 : done_ * 100 / total_);
  else
    fmt::print(stderr, "{}{}: {:.1f} MB", kErase, what_, static_cast<double>(done_) / 1e6);
  std::fflush(stderr);
}

}  // namespace thrace
