// Reading DWARF's entries (DIEs) with care: references may lead anywhere.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <string_view>

#include "decoder/symbols/string_pool.h"

namespace thrace {

// Trees are not followed deeper.
inline constexpr int kMaxDepth = 256;

// How far a walk over a tree has come.
struct Progress {
  const void* last = nullptr;  // the DIE that was visited last
};

// Calls visit(child) for each child of `parent`.  One Progress is shared by all levels of a walk:
// in a sound tree DIEs follow each other in the file, in a damaged one references lead backwards,
// round and round, and subtrees reach into each other, so that a walk without it may never end.
template <typename Visit>
void each_child(Dwarf_Die& parent, Progress& progress, Visit visit) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  while (child.addr > progress.last) {
    progress.last = child.addr;
    visit(child);
    Dwarf_Die next;
    if (dwarf_siblingof(&child, &next) != 0) return;
    child = next;
  }
}

// A text of the DIE itself; empty: none.  Of a skeleton unit nothing else may be asked for: libdw
// would look into its .dwo file.
inline std::string_view own_text(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute found;
  return dwarf_attr(&die, name, &found) ? bounded(dwarf_formstring(&found)) : std::string_view();
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
