// Walking the tree of a unit.
#include "decoder/symbols/function_table.h"

#include <dwarf.h>

#include <algorithm>

#include "decoder/symbols/dies.h"

namespace thrace {
namespace {

// Where a call stands; 0 if it does not say so.
uint32_t call_site(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Word value = 0;
  number_attribute(die, attribute, value);
  return static_cast<uint32_t>(std::min<Dwarf_Word>(value, UINT32_MAX));
}

}  // namespace

class FunctionTable::Builder {
 public:
  Builder(std::vector<Scope>& scopes, size_t& ranges_left)
      : scopes_(scopes), ranges_left_(ranges_left) {}

  void walk(Dwarf_Die& parent, uint32_t scope, int depth) {
    if (depth > kMaxDepth) return;
    each_child(parent, progress_, [&](Dwarf_Die& die) { visit(die, scope, depth); });
  }

  // In ascending precedence: a scope stands before those within it.
  std::vector<RangeMap::Range> ranges;

 private:
  void visit(Dwarf_Die& die, uint32_t scope, int depth) {
    switch (dwarf_tag(&die)) {
      case DW_TAG_subprogram:
        walk(die, add(die, kNone, false), depth + 1);
        break;
      case DW_TAG_inlined_subroutine:
        walk(die, add(die, scope, true), depth + 1);
        break;
      case DW_TAG_lexical_block:
      case DW_TAG_try_block:
      case DW_TAG_catch_block:
      case DW_TAG_with_stmt:
      case DW_TAG_namespace:
      case DW_TAG_module:
        walk(die, scope, depth + 1);
        break;
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
      case DW_TAG_union_type:
      case DW_TAG_enumeration_type:
        walk(die, kNone, depth + 1);  // closures, and all methods of Rust
        break;
      default:
        break;
    }
  }

  // The new scope; the parent if it has no code of its own.
  uint32_t add(Dwarf_Die& die, uint32_t parent, bool inlined) {
    const auto index = static_cast<uint32_t>(scopes_.size());
    const size_t before = ranges.size();
    add_ranges(die, index, ranges, ranges_left_);
    if (ranges.size() == before) return parent;
    scopes_.push_back({dwarf_dieoffset(&die), parent, inlined ? call_site(die, DW_AT_call_file) : 0,
                       inlined ? call_site(die, DW_AT_call_line) : 0, inlined});
    return index;
  }

  std::vector<Scope>& scopes_;
  size_t& ranges_left_;
  Progress progress_;
};

FunctionTable::FunctionTable(Dwarf_Die unit, size_t& ranges_left) {
  Builder builder(scopes_, ranges_left);
  builder.walk(unit, kNone, 0);
  scopes_.shrink_to_fit();
  map_ = RangeMap(builder.ranges);
}

void add_ranges(Dwarf_Die& die, uint32_t value, std::vector<RangeMap::Range>& ranges,
                size_t& left) {
  Dwarf_Addr base = 0, begin = 0, end = 0;
  ptrdiff_t at = 0;
  for (; left > 0 && (at = dwarf_ranges(&die, at, &base, &begin, &end)) > 0; left--)
    if (begin != 0 && begin < end) ranges.push_back({begin, end, value});
}

}  // namespace thrace
