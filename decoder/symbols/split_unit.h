// Split DWARF (-gsplit-dwarf): the program has a skeleton of each unit, the rest is in a .dwo file.
#pragma once

#include <elfutils/libdw.h>

#include <string>

namespace thrace {

// The tree of a unit's functions: the unit itself, or for a skeleton the unit in its .dwo file.  A
// skeleton whose file is missing or is not a regular one stands for itself, and `missing` becomes
// the name of that file, as the compiler had it.  `path` is the file that the unit was read from.
Dwarf_Die tree_of(Dwarf_Die unit, const std::string& path, std::string& missing);

}  // namespace thrace
