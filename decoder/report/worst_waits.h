// The longest single waits of a run.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

class WorstWaits : public Observer {
 public:
  // Keeps `count` waits.
  explicit WorstWaits(size_t count) : count_(count) {}
  void wait(const EndedWait& wait) override;

  // The longest first.
  std::vector<EndedWait> waits() const;

 private:
  size_t count_;
  std::vector<EndedWait> heap_;  // the shortest in front
};

// One row for each wait, in this order, numbered.
Table wait_table(const Analysis& analysis, const std::vector<EndedWait>& waits, Names& names);

// The stacks of the waits and of their releases, under the numbers of the table.
void print_wait_stacks(const Analysis& analysis, const std::vector<EndedWait>& waits, Names& names,
                       std::FILE* out);

}  // namespace thrace
