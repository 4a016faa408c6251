// Finding variables at fixed addresses, and their sizes.
#include "decoder/symbols/variable_table.h"

#include <dwarf.h>

#include "decoder/symbols/dies.h"

namespace thrace {
namespace {

constexpr int kMaxTypes = 32;  // between a variable and a type with a size; hostile types go round

// The elements of an array; 0 if that is not known.
uint64_t elements(Dwarf_Die& array) {
  uint64_t product = 1;
  Progress progress;
  each_child(array, progress, [&](Dwarf_Die& child) {
    if (dwarf_tag(&child) != DW_TAG_subrange_type) return;
    Dwarf_Word count = 0;
    if (!number_attribute(child, DW_AT_count, count))
      count = number_attribute(child, DW_AT_upper_bound, count) ? count + 1 : 0;
    if (__builtin_mul_overflow(product, count, &product)) product = 0;
  });
  return product;
}

// The size of a variable in bytes; 0: not known.
uint64_t size_of(Dwarf_Die die) {
  uint64_t count = 1;
  for (int i = 0; i < kMaxTypes; i++) {
    Dwarf_Attribute type;
    Dwarf_Die next;
    if (!dwarf_attr_integrate(&die, DW_AT_type, &type) || !dwarf_formref_die(&type, &next)) break;
    die = next;
    Dwarf_Word size = 0;
    if (number_attribute(die, DW_AT_byte_size, size))
      return __builtin_mul_overflow(count, size, &count) ? 0 : count;
    if (dwarf_tag(&die) == DW_TAG_array_type &&
        __builtin_mul_overflow(count, elements(die), &count))
      break;
  }
  return 0;
}

}  // namespace

VariableTable::VariableTable(DebugInfo& info) {
  info.each_unit([&](Dwarf_Die& unit) {
    progress_ = {};
    walk(unit, 0);
  });
  std::vector<RangeMap::Range> ranges;
  for (uint32_t i = 0; i < variables_.size(); i++)
    ranges.push_back({variables_[i].address, variables_[i].address + variables_[i].size, i});
  map_ = RangeMap(ranges);
}

void VariableTable::walk(Dwarf_Die& parent, int depth) {
  if (depth > kMaxDepth) return;
  each_child(parent, progress_, [&](Dwarf_Die& die) {
    switch (dwarf_tag(&die)) {
      case DW_TAG_variable:
        add(die);
        break;
      case DW_TAG_namespace:
      case DW_TAG_module:
      case DW_TAG_subprogram:
      case DW_TAG_lexical_block:
        walk(die, depth + 1);
        break;
      default:
        break;
    }
  });
}

// Only what has one address for its whole life.
void VariableTable::add(Dwarf_Die& die) {
  Dwarf_Attribute location;
  Dwarf_Op* code = nullptr;
  size_t length = 0;
  if (!dwarf_attr(&die, DW_AT_location, &location) ||
      dwarf_whatform(&location) == DW_FORM_sec_offset ||
      dwarf_getlocation(&location, &code, &length) != 0 || length != 1)
    return;
  Dwarf_Addr address = code->number;
  if (code->atom == DW_OP_addrx || code->atom == DW_OP_GNU_addr_index) {
    Dwarf_Attribute indirect;
    if (dwarf_getlocation_attr(&location, code, &indirect) != 0 ||
        dwarf_formaddr(&indirect, &address) != 0)
      return;
  } else if (code->atom != DW_OP_addr) {
    return;
  }
  std::string_view name = string_attribute(die, DW_AT_linkage_name);
  if (name.empty()) name = string_attribute(die, DW_AT_name);
  const uint64_t size = size_of(die);
  if (!name.empty() && size != 0 && address != 0) variables_.push_back({name, address, size});
}

}  // namespace thrace
