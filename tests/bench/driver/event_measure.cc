// One event against the clock read alone, in one process (bench-event).
#include <fmt/format.h>

#include <map>
#include <sstream>

#include "tests/bench/driver/measure.h"
#include "tests/bench/driver/parts.h"

namespace thrace::bench {
namespace {

constexpr double kBursts = 200;

struct Kind {
  const char* name;  // as bench-event prints it
  const char* of;
  Bar bar;
};
const Kind kKinds[] = {
    {"call", "system call / clock", {1.5, 1.3}},
    {"wake", "wake / clock", {1.5, 1.3}},
    {"wait", "wait / clock", {}},
    {"label", "label / clock", {}},
};

class EventMeasure : public Measure {
 public:
  explicit EventMeasure(double scale) : bursts_(fmt::format("{:.0f}", kBursts * scale + 1)) {}

  std::string name() const override { return "event"; }

  void round(Lab& lab) override {
    std::istringstream lines(lab.run(Variant::Bare, {kEventProgram, bursts_}).output);
    std::string kind;
    for (double ns; lines >> kind >> ns;) costs_[kind].push_back(ns);
  }

  void report(Figures& figures) const override {
    const Samples& clock = costs_.at("clock");
    figures.push_back({name(), "clock", clock, "ns"});
    for (const Kind& kind : kKinds)
      figures.push_back(ratio(name(), kind.of, costs_.at(kind.name), clock, kind.bar));
  }

 private:
  std::string bursts_;
  std::map<std::string, Samples> costs_;
};

}  // namespace

void add_event_measure(Measures& measures, double scale) {
  measures.push_back(std::make_unique<EventMeasure>(scale));
}

}  // namespace thrace::bench
