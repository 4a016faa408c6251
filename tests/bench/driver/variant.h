// The five ways to run a program that are compared, and the recordings that come of it.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "tests/bench/driver/child.h"

namespace thrace::bench {

// Recording: without call stacks.  Stacks: as users run it.
enum class Variant { Bare, Empty, Off, Recording, Stacks };
inline constexpr std::array kVariants{Variant::Bare, Variant::Empty, Variant::Off,
                                      Variant::Recording, Variant::Stacks};
inline constexpr size_t kVariantCount = kVariants.size();

// What trace-decode says of a trace.
struct TraceInfo {
  double events = 0, lost = 0, bytes = 0;
};

// A folder of its own for traces, gone in the end, and the totals of all recordings made there.
class Lab {
 public:
  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // The trace of a recording is judged and removed.
  Finished run(Variant variant, const Words& words, const Words& launcher_options = {});

  // Leaves the trace at trace().
  Finished record(const Words& words, const Words& launcher_options = {});
  std::string trace() const { return folder_ / "bench.thr"; }
  TraceInfo judge();

  const TraceInfo& totals() const { return totals_; }

 private:
  std::filesystem::path folder_;
  TraceInfo totals_;
};

}  // namespace thrace::bench
