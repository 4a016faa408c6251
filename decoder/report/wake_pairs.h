// Who wakes whom: waits that a Wake ended, by waker, its line, and the woken thread.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

class WakePairs : public Observer {
 public:
  void wait(const EndedWait& wait) override {
    if (wait.waker != kNobody && wait.outcome == Outcome::Woken)
      costs_[{wait.waker, wait.release, wait.thread}].add(wait.time, wait.futile);
  }

  // One row for each waker, site and woken thread, the longest waits first.
  Table table(const Analysis& analysis, Names& names) const;

 private:
  Costs<3> costs_;  // by waker, stack of the release, woken thread; marked: futile
};

}  // namespace thrace
