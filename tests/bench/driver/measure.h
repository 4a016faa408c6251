// What can be measured: each takes part in every round and has figures in the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/driver/figure.h"
#include "tests/bench/driver/variant.h"

namespace thrace::bench {

class Measure {
 public:
  virtual ~Measure() = default;
  virtual std::string name() const = 0;
  virtual void round(Lab& lab) = 0;
  virtual void report(Figures& figures) const = 0;
};

using Measures = std::vector<std::unique_ptr<Measure>>;

// `scale`: how much work there is, 1 for figures that mean something.
void add_event_measure(Measures& measures, double scale);
void add_work_measures(Measures& measures, double scale);
void add_memory_measure(Measures& measures);
void add_decode_measures(Measures& measures, double scale);
void add_start_measure(Measures& measures);

}  // namespace thrace::bench
