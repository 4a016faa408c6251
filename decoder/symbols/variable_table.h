// The variables that DWARF describes, for files whose symbol table was thrown away.
#pragma once

#include <string_view>
#include <vector>

#include "decoder/symbols/debug_info.h"
#include "decoder/symbols/dies.h"
#include "decoder/symbols/range_map.h"
#include "decoder/symbols/symbol_table.h"

namespace thrace {

class VariableTable {
 public:
  // Reads all units.  `info` must live as long.
  explicit VariableTable(DebugInfo& info);

  // The variable that covers an address, under its linkage name if it has one; nullptr: none.
  const Symbol* find(uint64_t address) const {
    const uint32_t index = map_.find(address);
    return index == RangeMap::kNone ? nullptr : &variables_[index];
  }

 private:
  void walk(Dwarf_Die& parent, int depth);
  void add(Dwarf_Die& die);

  std::vector<Symbol> variables_;
  RangeMap map_;
  Progress progress_;
};

}  // namespace thrace
