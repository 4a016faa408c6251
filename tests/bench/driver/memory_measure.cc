// Memory of idle threads (the worker's mode idle).
#include <sstream>
#include <stdexcept>

#include "tests/bench/driver/measure.h"
#include "tests/bench/driver/parts.h"

namespace thrace::bench {
namespace {

constexpr const char* kThreads = "1000";
constexpr double kKiB = 1024, kMiB = kKiB * 1024;

struct Idle {
  double threads = 0, resident = 0, in_arena = 0, chunks = 0;
};

class MemoryMeasure : public Measure {
 public:
  std::string name() const override { return "memory"; }

  void round(Lab& lab) override {
    const Idle bare = run(lab, Variant::Bare), traced = run(lab, Variant::Recording);
    const double added = traced.resident - bare.resident;
    thread_.push_back(added / traced.threads / kKiB);
    arena_.push_back(traced.in_arena / traced.threads / kKiB);
    chunks_.push_back(traced.chunks / traced.threads / kKiB);
    beside_.push_back((added - traced.in_arena) / kMiB);
  }

  void report(Figures& figures) const override {
    figures.push_back({name(), "added per idle thread", thread_, "KiB", {8, 8}});
    figures.push_back({name(), "of it in the arena", arena_, "KiB"});
    figures.push_back({name(), "chunks it holds", chunks_, "KiB"});
    figures.push_back({name(), "process, beside arena", beside_, "MiB", {{}, 4}});
  }

 private:
  static Idle run(Lab& lab, Variant variant) {
    // The worker lets twelve generations of this length go by.
    const std::string text =
        lab.run(variant, {kWorker, "idle", kThreads}, {"--period", "100ms"}).output;
    Idle idle;
    if (!(std::istringstream(text) >> idle.threads >> idle.resident >> idle.in_arena >>
          idle.chunks))
      throw std::runtime_error("bench-work idle printed no figures");
    return idle;
  }

  Samples thread_, arena_, chunks_, beside_;
};

}  // namespace

void add_memory_measure(Measures& measures) {
  measures.push_back(std::make_unique<MemoryMeasure>());
}

}  // namespace thrace::bench
