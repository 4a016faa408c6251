// Changing from stage to stage.
#include "decoder/input/stage.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <cstdio>
#include <string>

namespace thrace {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kNames[kStages] = {"other", "read", "order", "names", "report"};

Stage g_stage = Stage::Other;
Clock::time_point g_since = Clock::now();
Clock::duration g_times[kStages];
uint64_t g_events = 0;

void change(Stage stage) {
  const Clock::time_point now = Clock::now();
  g_times[static_cast<size_t>(g_stage)] += now - g_since;
  g_since = now;
  g_stage = stage;
}

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

StageTimer::StageTimer(Stage stage) : outer_(g_stage) { change(stage); }

StageTimer::~StageTimer() { change(outer_); }

void count_events(uint64_t events) { g_events += events; }

void print_stages() {
  change(g_stage);
  std::string text;
  double all = 0;
  for (int i = 0; i < kStages; i++) {
    text += fmt::format("{} {:.3f} s, ", kNames[i], seconds(g_times[i]));
    all += seconds(g_times[i]);
  }
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(stderr, "trace-decode: {}{:.3f} s in all; {:.3f} s of CPU, {:.1f} MiB of memory", text,
             all, seconds(usage.ru_utime) + seconds(usage.ru_stime),
             static_cast<double>(usage.ru_maxrss) / 1024);
  if (g_events != 0 && all > 0)
    fmt::print(stderr, "; {} events, {:.1f} million/s", g_events,
               static_cast<double>(g_events) / all / 1e6);
  fmt::print(stderr, "\n");
}

}  // namespace thrace
