// The system call that took most of the run, if that is worth a word of the verdict.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

// True for a call that waits until others come: for events, for time to pass, for children, or for
// what somebody writes.  Its length tells about the load, not about the program.  `kind`: of its
// descriptor, as descriptor_kind() has it.
bool waits_for_others(uint64_t call, std::string_view kind);

class WorstCall : public Observer {
 public:
  void call(const EndedCall& call) override;

  // "server/7 spent 1.9 s (25 % of its time) in 1602 fdatasync (file) calls, mostly at append
  // (log.c:7)."  Not escaped.  Empty: no call took a tenth of the time that is looked at.
  std::string sentence(const Analysis& analysis, Names& names) const;

  // "At the end server/7 is in fdatasync since 3.0 s, and 2 more are in such calls."  Not escaped.
  // Empty: nobody has been in such a call for a tenth of the run.
  static std::string open_sentence(const Analysis& analysis);

 private:
  // By number of the call and kind of descriptor: by thread and stack (0: it was quick).
  std::map<std::pair<uint64_t, std::string_view>, Costs<2>> sums_;
};

}  // namespace thrace
