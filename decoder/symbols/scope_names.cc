// DIEs do not know what is around them: the way down from their unit tells.
#include "decoder/symbols/scope_names.h"

#include <dwarf.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "decoder/symbols/demangle.h"
#include "decoder/symbols/dies.h"

namespace thrace {
namespace {

constexpr int kMaxOrigins = 16;

// The declaration that a DIE stands for: where it is written is what its name says.
Dwarf_Die declaration_of(Dwarf_Die die) {
  for (int i = 0; i < kMaxOrigins; i++) {
    Dwarf_Attribute origin;
    Dwarf_Die next;
    if (!dwarf_attr(&die, DW_AT_abstract_origin, &origin) &&
        !dwarf_attr(&die, DW_AT_specification, &origin))
      break;
    if (!dwarf_formref_die(&origin, &next)) break;
    die = next;
  }
  return die;
}

// Closures have no name, but what they do has.
std::string_view scope_name(Dwarf_Die& die, std::string_view member) {
  const std::string_view name = string_attribute(die, DW_AT_name);
  if (!name.empty()) return name;
  if (dwarf_tag(&die) == DW_TAG_namespace) return "(anonymous namespace)";
  return member.starts_with("operator()") ? "{lambda}" : "{unnamed}";
}

bool is_scope(Dwarf_Die& die) {
  switch (dwarf_tag(&die)) {
    case DW_TAG_namespace:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_subprogram:
      return true;
    default:
      return false;
  }
}

// The namespaces, classes and functions around a DIE, the outermost first: the way down to it from
// its unit.  A child holds the DIEs from itself to its next sibling.
std::vector<Dwarf_Die> scopes_of(const Dwarf_Die& wanted) {
  std::vector<Dwarf_Die> scopes;
  Dwarf_Die at = wanted;
  if (!dwarf_diecu(&at, &at, nullptr, nullptr)) return scopes;
  for (int depth = 0; depth < kMaxDepth; depth++) {
    Dwarf_Die child, next;
    if (dwarf_child(&at, &child) != 0) break;
    while (dwarf_siblingof(&child, &next) == 0 && next.addr > child.addr &&
           next.addr <= wanted.addr)
      child = next;
    if (child.addr <= at.addr || child.addr >= wanted.addr) break;
    if (is_scope(child)) scopes.push_back(child);
    at = child;
  }
  return scopes;
}

}  // namespace

std::string_view ScopeNames::full_name(Dwarf_Die die) {
  die = declaration_of(die);
  const auto [found, is_new] = names_.try_emplace(die.addr);
  if (!is_new) return found->second;
  std::string name(string_attribute(die, DW_AT_name));
  if (name.empty()) return {};
  std::vector<Dwarf_Die> scopes = scopes_of(die);
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    const std::string_view linkage_name = string_attribute(*scope, DW_AT_linkage_name);
    if (!linkage_name.empty()) {  // of a function: it has all that is further out
      name = fmt::format("{}::{}", demangle(linkage_name), name);
      break;
    }
    name = fmt::format("{}::{}", scope_name(*scope, name), name);
  }
  return found->second = pool_.intern(name);
}

}  // namespace thrace
