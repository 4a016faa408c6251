// The tables of what was waited for: what it cost, and how it went from hand to hand.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// One row for each object that was waited for, those that cost most first (ObjectRow::cost).
Table object_table(const Analysis& analysis, Names& names);

// Where an object was waited for, and where it was released then: the delay that this caused, or
// the waits that it ended if the object is not given up.
struct WaitSite {
  StackId stack = 0;
  StackId release = 0;
  Cost cost;
};

// The sites of each object (by its index), those with the longest waits first.
std::vector<std::vector<WaitSite>> sites_by_object(const Analysis& analysis);

// Counts who handed locks over to whom.
class HandoverPairs : public Observer {
 public:
  void woken(const EndedWait& wait) override;

  // One row for each lock that was handed over; with the pair of threads that did so most often.
  Table table(const Analysis& analysis, Names& names) const;

 private:
  Costs<3> pairs_;  // by object, thread that released, thread that got it
};

}  // namespace thrace
