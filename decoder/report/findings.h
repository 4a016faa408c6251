// The verdict on a run: in a few sentences, how the time went and what to look at first.
#pragma once

#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/call_findings.h"
#include "decoder/report/object_table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The time of all threads together that pass the filter, ns, and how many of them lived then.
struct Totals {
  uint64_t threads = 0;
  uint64_t total = 0, running = 0, runnable = 0, syscall = 0, waiting = 0, waits = 0;
};
Totals totals_of(const Analysis& analysis);

// Collects what the verdict needs besides the analysis itself: where locks were released that
// others waited for, and system calls.
class Findings : public Observer {
 public:
  void call(const EndedCall& call) override { calls_.call(call); }
  void released(const EndedWake& wake) override;

  // The sentences, the most important first.  Not escaped.
  std::vector<std::string> sentences(const Analysis& analysis, Names& names) const;

 private:
  std::vector<std::string> worst_objects(const Analysis& analysis, Names& names,
                                         const Totals& totals) const;
  std::string object_text(const Analysis& analysis, Names& names, const Totals& totals,
                          const std::vector<std::vector<WaitSite>>& sites,
                          const ObjectRow& object) const;
  std::string worst_cause(const Analysis& analysis, Names& names, uint32_t object) const;

  Costs<3> caused_;  // by object, thread that released it, stack of the release
  CallFindings calls_;
};

}  // namespace thrace
