// Start-up: `true`, by wall time, since what there is to wait for costs no CPU.
#include "tests/bench/driver/measure.h"

namespace thrace::bench {
namespace {

constexpr int kRuns = 10;  // each round

class StartMeasure : public Measure {
 public:
  std::string name() const override { return "start"; }

  void round(Lab& lab) override {
    Samples bare, off, recording;
    for (int i = 0; i < kRuns; i++) {
      const auto ms = [&](Variant variant) { return lab.run(variant, {"true"}).wall_ns / 1e6; };
      bare.push_back(ms(Variant::Bare));
      off.push_back(ms(Variant::Off));
      recording.push_back(ms(Variant::Recording));
    }
    bare_.push_back(median(bare));
    off_.push_back(median(off));
    recording_.push_back(median(recording));
  }

  void report(Figures& figures) const override {
    figures.push_back({name(), "bare", bare_, "ms"});
    figures.push_back({name(), "off - bare", differences(off_, bare_), "ms"});
    figures.push_back({name(), "launcher - bare", differences(recording_, bare_), "ms"});
  }

 private:
  Samples bare_, off_, recording_;
};

}  // namespace

void add_start_measure(Measures& measures) { measures.push_back(std::make_unique<StartMeasure>()); }

}  // namespace thrace::bench
