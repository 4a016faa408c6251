// Start-up: `true`, by wall time, since what there is to wait for costs no CPU.
#include "tests/bench/driver/measure.h"

namespace thrace::bench {
namespace {

constexpr int kRuns = 10;  // each round

class StartMeasure : public Measure {
 public:
  std::string name() const override { return "start"; }

  // Each variant by itself: what a session leaves to the kernel (pages to free) must not fall to
  // the next one.
  void round(Lab& lab) override {
    bare_.push_back(run(lab, Variant::Bare));
    off_.push_back(run(lab, Variant::Off));
    recording_.push_back(run(lab, Variant::Recording));
  }

  void report(Figures& figures) const override {
    figures.push_back({name(), "bare", bare_, "ms"});
    figures.push_back(difference(name(), "off - bare", off_, bare_, "ms"));
    figures.push_back(difference(name(), "launcher - bare", recording_, bare_, "ms"));
  }

 private:
  static double run(Lab& lab, Variant variant) {
    Samples ms;
    for (int i = 0; i < kRuns; i++) ms.push_back(lab.run(variant, {"true"}).wall_ns / 1e6);
    return median(ms);
  }

  Samples bare_, off_, recording_;
};

}  // namespace

void add_start_measure(Measures& measures) { measures.push_back(std::make_unique<StartMeasure>()); }

}  // namespace thrace::bench
