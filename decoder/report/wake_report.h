// Who wakes whom, how late the woken run, and which wakes were for nothing.
//
// A wake is futile for a thread that it woke if that thread waits for the same object again at once
// (analyzer.h).  A signal is for nobody if nobody waited for its condition variable when it was
// given; no harm if the program then looks at what was signalled before it waits.  A herd is a wake
// that ended at least kHerd waits; that of a barrier is none, as all are meant to go on.
#pragma once

#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

class WakeReport : public Observer {
 public:
  static constexpr uint64_t kHerd = 3;

  void woken(const EndedWait& wait) override;
  void wake(const EndedWake& wake) override;

  // What is remarkable, a sentence each.
  std::vector<std::string> sentences(const Analysis& analysis, Names& names) const;

  // "pairs", "nobody", "herds", "latency".
  std::vector<Section> sections(const Analysis& analysis, Names& names) const;

 private:
  uint64_t timeouts(const Analysis& analysis) const;
  Table pairs(const Analysis& analysis, Names& names) const;
  Table nobody(const Analysis& analysis, Names& names) const;
  Table herds(const Analysis& analysis, Names& names) const;

  Costs<3> pairs_;          // of waits, by waker, stack of the release, woken; marked: futile
  Costs<5> nobody_;         // by waker, stack, module and the two halves of the address
  Costs<2> herds_;          // of woken threads, by waker and stack
  Costs<2> herds_in_vain_;  // of those that were futile
  Costs<1> futile_;         // of waits, by stack of the release; marked: futile
  Histogram latency_;
  uint64_t woken_ = 0;
};

}  // namespace thrace
