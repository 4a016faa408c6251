// The worker's modes, bare, through an empty interposer, with thrace off, and recording without and
// with call stacks.
#include <fmt/format.h>

#include <map>
#include <sstream>
#include <stdexcept>

#include "tests/bench/driver/measure.h"
#include "tests/bench/driver/parts.h"

namespace thrace::bench {
namespace {

// Work of a few ns is compared by differences to the empty interposer, all else by ratios to bare.
enum class By { Ratio, Difference };

struct Mode {
  const char* name;
  double operations;  // 100 to 300 ms
  By by;
  Bar off, recording, stacks;
};
const Mode kModes[] = {
    {"clock", 20e6, By::Ratio, {}, {}, {}},
    {"mutex", 20e6, By::Difference, {{}, 1}, {3, 3}, {3, 3}},
    {"mutex-alone", 20e6, By::Difference, {{}, 1}, {3, 3}, {3, 3}},
    {"read", 600e3, By::Ratio, {}, {}, {}},
    {"handoff", 50e3, By::Ratio, {}, {1.05, 1.05}, {{}, 1.05}},
    {"sem", 80e3, By::Ratio, {}, {1.05, 1.05}, {{}, 1.05}},
    {"futex", 80e3, By::Ratio, {}, {1.05, 1.05}, {{}, 1.05}},
    {"pipe", 60e3, By::Ratio, {}, {{}, 1.05}, {{}, 1.05}},
    {"contended", 60e3, By::Ratio, {}, {{}, 1.05}, {{}, 1.05}},
    {"spawn", 8e3, By::Ratio, {}, {}, {}},
    {"pool", 10e3, By::Ratio, {}, {{}, 1.05}, {{}, 1.05}},
};

class WorkMeasure : public Measure {
 public:
  WorkMeasure(const Mode& mode, double scale)
      : mode_(mode), operations_(fmt::format("{:.0f}", mode.operations * scale + 1)) {}

  std::string name() const override { return mode_.name; }

  // The variants take turns in being first.
  void round(Lab& lab) override {
    const size_t first = cpu_[Variant::Bare].size();
    for (size_t i = 0; i < kVariantCount; i++) {
      const Variant variant = kVariants[(first + i) % kVariantCount];
      const Finished finished = lab.run(variant, {kWorker, mode_.name, operations_});
      double operations, cpu, wall;
      if (!(std::istringstream(finished.output) >> operations >> cpu >> wall))
        throw std::runtime_error(fmt::format("bench-work {} printed no figures", mode_.name));
      cpu_[variant].push_back(cpu);
      if (variant == Variant::Stacks) collector_.push_back(finished.others_cpu_ns / operations);
    }
  }

  void report(Figures& figures) const override {
    const Samples &bare = cpu_.at(Variant::Bare), &empty = cpu_.at(Variant::Empty),
                  &off = cpu_.at(Variant::Off), &recording = cpu_.at(Variant::Recording),
                  &stacks = cpu_.at(Variant::Stacks);
    figures.push_back({name(), "bare", bare, "ns"});
    if (mode_.by == By::Difference) {
      figures.push_back(difference(name(), "empty - bare", empty, bare, "ns"));
      figures.push_back(difference(name(), "off - empty", off, empty, "ns", mode_.off));
      figures.push_back(
          difference(name(), "recording - empty", recording, empty, "ns", mode_.recording));
      figures.push_back(
          difference(name(), "with stacks - empty", stacks, empty, "ns", mode_.stacks));
    } else {
      figures.push_back(ratio(name(), "empty / bare", empty, bare));
      figures.push_back(ratio(name(), "off / bare", off, bare, mode_.off));
      figures.push_back(ratio(name(), "recording / bare", recording, bare, mode_.recording));
      figures.push_back(ratio(name(), "with stacks / bare", stacks, bare, mode_.stacks));
    }
    figures.push_back({name(), "collector", collector_, "ns"});
  }

 private:
  const Mode& mode_;
  std::string operations_;
  std::map<Variant, Samples> cpu_;  // ns per operation
  Samples collector_;               // CPU ns beside the program, per operation of the program
};

}  // namespace

void add_work_measures(Measures& measures, double scale) {
  for (const Mode& mode : kModes) measures.push_back(std::make_unique<WorkMeasure>(mode, scale));
}

}  // namespace thrace::bench
