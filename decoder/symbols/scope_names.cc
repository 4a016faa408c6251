// DIEs do not know what is around them: a walk over the unit finds out.
#include "decoder/symbols/scope_names.h"

#include <dwarf.h>
#include <fmt/core.h>

#include <algorithm>

#include "decoder/symbols/demangle.h"
#include "decoder/symbols/dies.h"

namespace thrace {
namespace {

constexpr int kMaxOrigins = 16;
constexpr int kMaxScopes = 64;  // in a name

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

}  // namespace

std::string_view ScopeNames::full_name(Dwarf_Die die) {
  die = declaration_of(die);
  const auto [found, is_new] = names_.try_emplace(die.addr);
  if (!is_new) return found->second;
  std::string name(string_attribute(die, DW_AT_name));
  Dwarf_Die unit;
  if (name.empty() || !dwarf_diecu(&die, &unit, nullptr, nullptr)) return {};
  if (unit.addr != unit_) read_unit(unit);
  uint32_t scope = enclosing(dwarf_dieoffset(&die));
  for (int i = 0; scope != kNone && i < kMaxScopes; i++, scope = scopes_[scope].parent) {
    Dwarf_Die around;
    if (!dwarf_offdie(dwarf_cu_getdwarf(die.cu), scopes_[scope].begin, &around)) break;
    const std::string_view linkage_name = string_attribute(around, DW_AT_linkage_name);
    if (!linkage_name.empty()) {  // of a function: it has all that is further out
      name = demangle(linkage_name) + "::" + name;
      break;
    }
    name = fmt::format("{}::{}", scope_name(around, name), name);
  }
  return found->second = pool_.intern(name);
}

void ScopeNames::read_unit(Dwarf_Die& unit) {
  unit_ = unit.addr;
  scopes_.clear();
  walk(unit, kNone, 0);
}

void ScopeNames::walk(Dwarf_Die& parent, uint32_t scope, int depth) {
  if (depth > kMaxDepth) return;
  uint32_t open = kNone;  // ends where the next sibling begins, or else with its parent
  each_child(parent, [&](Dwarf_Die& die) {
    const Dwarf_Off offset = dwarf_dieoffset(&die);
    if (open != kNone) scopes_[open].end = offset;
    open = kNone;
    const auto index = static_cast<uint32_t>(scopes_.size());
    switch (dwarf_tag(&die)) {
      case DW_TAG_namespace:
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
      case DW_TAG_union_type:
      case DW_TAG_subprogram:
        if (!dwarf_haschildren(&die)) break;
        scopes_.push_back({offset, UINT64_MAX, scope});
        walk(die, index, depth + 1);
        if (dwarf_tag(&die) == DW_TAG_subprogram && scopes_.size() == index + 1)
          scopes_.pop_back();
        else
          open = index;
        break;
      case DW_TAG_lexical_block:
        walk(die, scope, depth + 1);
        break;
      default:
        break;
    }
  });
}

uint32_t ScopeNames::enclosing(Dwarf_Off offset) const {
  const auto after =
      std::lower_bound(scopes_.begin(), scopes_.end(), offset,
                       [](const Scope& scope, Dwarf_Off wanted) { return scope.begin < wanted; });
  if (after == scopes_.begin()) return kNone;
  auto innermost = static_cast<uint32_t>(after - scopes_.begin() - 1);
  for (uint32_t at = innermost; at != kNone; at = scopes_[at].parent)
    if (scopes_[at].end <= offset) innermost = scopes_[at].parent;
  return innermost;
}

}  // namespace thrace
