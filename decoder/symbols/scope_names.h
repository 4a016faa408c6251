// Full names of functions that have no linkage name, as compilers leave it out for what no other
// unit can call: the names of the namespaces, classes and functions around the declaration.
#pragma once

#include <elfutils/libdw.h>

#include <string_view>
#include <unordered_map>

#include "decoder/symbols/string_pool.h"

namespace thrace {

class ScopeNames {
 public:
  // "outer::(anonymous namespace)::apply" for a function, or for a call that was inlined; empty if
  // it has no name.  The text lives as long as this object.
  std::string_view full_name(Dwarf_Die die);

 private:
  StringPool pool_;
  std::unordered_map<const void*, std::string_view> names_;  // by the address of the DIE
};

}  // namespace thrace
