// The longest single waits of a run.
#pragma once

#include "decoder/report/analysis.h"

namespace thrace {

class WorstWaits : public Observer {
 public:
  // Keeps `count` waits.
  explicit WorstWaits(size_t count) : count_(count) {}
  void wait(const EndedWait& wait) override;

  // The longest first, joins last.
  std::vector<EndedWait> waits() const;

 private:
  size_t count_;
  std::vector<EndedWait> heap_;  // the shortest in front
};

}  // namespace thrace
