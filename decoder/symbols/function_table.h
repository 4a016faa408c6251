// The functions of one compilation unit, with the calls that were inlined into them: a tree of
// scopes, and for each address the innermost of them.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "decoder/symbols/range_map.h"

namespace thrace {

class FunctionTable {
 public:
  static constexpr uint32_t kNone = RangeMap::kNone;

  struct Scope {
    Dwarf_Off die;       // of the function, or of the call
    uint32_t parent;     // for a call: the scope that it was inlined into, or kNone
    uint32_t call_file;  // index into the unit's files
    uint32_t call_line;
    bool inlined;
  };

  // Reads the tree of a unit once.  It survives any tree; what is beyond its limits is left out.
  // `ranges_left`: see add_ranges().
  FunctionTable(Dwarf_Die unit, size_t& ranges_left);

  // The innermost scope at an address of the file, or kNone.
  uint32_t find(uint64_t address) const { return map_.find(address); }

  const Scope& operator[](uint32_t index) const { return scopes_[index]; }

 private:
  class Builder;

  std::vector<Scope> scopes_;
  RangeMap map_;
};

// Adds the address ranges of a scope or a unit.  Code that the linker threw away begins at 0 and is
// left out.  Hostile scopes may share one long list: their sum is not bounded by the file's size,
// so each range takes one of `left`, and without any no more are read.
void add_ranges(Dwarf_Die& die, uint32_t value, std::vector<RangeMap::Range>& ranges, size_t& left);

// For all units of a file together: more than any program has.
inline constexpr size_t kMaxRanges = 16 << 20;

}  // namespace thrace
