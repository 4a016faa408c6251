// Names of code that a just-in-time compiler made, from the map that it keeps for perf.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/symbols/process.h"
#include "decoder/symbols/range_map.h"
#include "decoder/symbols/string_pool.h"

namespace thrace {

class PerfMap {
 public:
  // Reads DIRECTORY/perf-PID.map: lines of "start size name", numbers in hex.  Lines of another
  // form are skipped.  `problem` says why a file that exists was not used: anybody may put one
  // there, so it must belong to this user or to root (as perf has it), and have no more than 256
  // MiB. One that was last written before the process began is that of another process with its
  // pid.
  PerfMap(const std::string& directory, const TracedProcess& process, StringPool& pool,
          std::string& problem);

  // The name of the code at an address; of code that replaced other code the newer name; empty:
  // none.
  std::string_view find(uint64_t address) const {
    const uint32_t index = map_.find(address);
    return index == RangeMap::kNone ? std::string_view() : names_[index];
  }

 private:
  void parse(std::string_view text, StringPool& pool);

  std::vector<std::string_view> names_;
  RangeMap map_;
};

}  // namespace thrace
