// Reading DWARF's entries (DIEs) with care: references may lead anywhere.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <string_view>

#include "decoder/symbols/string_pool.h"

namespace thrace {

// Trees are not followed deeper.
inline constexpr int kMaxDepth = 256;

// Calls visit(child) for each child of `parent`.
template <typename Visit>
void each_child(Dwarf_Die& parent, Visit visit) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  while (true) {
    visit(child);
    Dwarf_Die next;
    // A damaged reference may lead backwards, round and round.
    if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr) return;
    child = next;
  }
}

// A text of the DIE, or of the declaration or abstract function that it stands for; empty: none.
inline std::string_view string_attribute(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute found;
  return dwarf_attr_integrate(&die, name, &found) ? bounded(dwarf_formstring(&found))
                                                  : std::string_view();
}

// The same for a number.  False: none.
inline bool number_attribute(Dwarf_Die& die, unsigned name, Dwarf_Word& value) {
  Dwarf_Attribute found;
  return dwarf_attr_integrate(&die, name, &found) && dwarf_formudata(&found, &value) == 0;
}

}  // namespace thrace
