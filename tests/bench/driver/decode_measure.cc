// Decoding: trace-decode check on a trace of some million events; and what an event takes on disk.
#include <fmt/format.h>

#include "tests/bench/driver/measure.h"
#include "tests/bench/driver/parts.h"

namespace thrace::bench {
namespace {

// A trace of one thread, and one in which two threads must be put in order.
struct Source {
  const char* mode;  // of the worker
  double operations;
};
constexpr Source kSources[] = {{"read", 1.5e6}, {"sem", 300e3}};

class DecodeMeasure : public Measure {
 public:
  DecodeMeasure(const Source& source, double scale)
      : source_(source), operations_(fmt::format("{:.0f}", source.operations * scale + 1)) {}

  std::string name() const override { return fmt::format("decode-{}", source_.mode); }

  void round(Lab& lab) override {
    const Finished recorded = lab.record({kWorker, source_.mode, operations_});
    const TraceInfo info = lab.judge();
    const Finished checked = lab.run(Variant::Bare, {kDecoder, "check", lab.trace()});
    speed_.push_back(info.events / checked.cpu_ns * 1e3);
    size_.push_back(info.bytes / info.events);
    collector_.push_back(recorded.others_cpu_ns / info.events);
  }

  void report(Figures& figures) const override {
    figures.push_back({name(), "check", speed_, "M/s", {5, 10, Better::More}});
    figures.push_back({name(), "on disk, per event", size_, "bytes", {{}, 4}});
    figures.push_back({name(), "collector, per event", collector_, "ns"});
  }

 private:
  const Source& source_;
  std::string operations_;
  Samples speed_, size_, collector_;
};

}  // namespace

void add_decode_measures(Measures& measures, double scale) {
  for (const Source& source : kSources)
    measures.push_back(std::make_unique<DecodeMeasure>(source, scale));
}

}  // namespace thrace::bench
