// Full names of functions that have no linkage name, as compilers leave it out for what no other
// unit can call: the names of the namespaces, classes and functions around the declaration.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/symbols/string_pool.h"

namespace thrace {

class ScopeNames {
 public:
  // "outer::(anonymous namespace)::apply" for a function, or for a call that was inlined; empty if
  // it has no name.  The text lives as long as this object.
  std::string_view full_name(Dwarf_Die die);

 private:
  // A namespace, a class, or a function with classes in it: DIEs from `begin` to before `end`.
  struct Scope {
    Dwarf_Off begin;
    Dwarf_Off end;
    uint32_t parent;
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  void read_unit(Dwarf_Die& unit);
  void walk(Dwarf_Die& parent, uint32_t scope, int depth);
  uint32_t enclosing(Dwarf_Off offset) const;

  StringPool pool_;
  std::unordered_map<const void*, std::string_view> names_;  // by the address of the DIE
  // Of the unit that was asked for last: neighbours are asked for together.
  const void* unit_ = nullptr;
  std::vector<Scope> scopes_;  // by begin
};

}  // namespace thrace
