// System calls: how often, how long, how many failed, by call and kind of descriptor.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// "socket", "pipe", "file", "eventfd", ...: what the target of a descriptor's link in /proc stands
// for; empty for an empty one.
std::string_view descriptor_kind(std::string_view target);

class CallReport : public Observer {
 public:
  void call(const EndedCall& call) override;

  // What is remarkable, a sentence each.
  std::vector<std::string> sentences(const Analysis& analysis, Names& names) const;

  // "calls", "errors", "latency".
  std::vector<Section> sections(Names& names) const;

 private:
  struct Sum {
    uint64_t errors = 0;
    uint64_t slow = 0;
    Histogram times;
    uint64_t unfinished = 0;  // calls that did not end
    uint64_t open = 0;        // how long these have lasted, ns
  };
  using Key = std::pair<uint64_t, std::string_view>;  // number of the call, kind of descriptor

  Table calls(Names& names) const;
  Table errors() const;

  std::map<Key, Sum> sums_;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> errors_;  // by number of the call and errno
  std::map<Key, Costs<1>> sites_;                             // of slow calls, by stack
  Histogram times_;
};

}  // namespace thrace
