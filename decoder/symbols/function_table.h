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
  explicit FunctionTable(Dwarf_Die unit);

  // The innermost scope at an address of the file, or kNone.
  uint32_t find(uint64_t address) const { return map_.find(address); }

  const Scope& operator[](uint32_t index) const { return scopes_[index]; }

 private:
  class Builder;

  std::vector<Scope> scopes_;
  RangeMap map_;
};

// Adds the address ranges of a scope or a unit.  Code that the linker threw away begins at 0 and
// is left out, and so is what goes beyond some millions of ranges.
void add_ranges(Dwarf_Die& die, uint32_t value, std::vector<RangeMap::Range>& ranges);

}  // namespace thrace
