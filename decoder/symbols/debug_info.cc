// Looking up addresses in DWARF.
#include "decoder/symbols/debug_info.h"

#include <dwarf.h>
#include <fmt/core.h>

#include <algorithm>

#include "decoder/symbols/dies.h"
#include "decoder/symbols/split_unit.h"

namespace thrace {

namespace {

// libdw expands all of it at once.
constexpr uint64_t kMaxExpanded = uint64_t{4} << 30;

Dwarf* open_dwarf(const ElfFile& file, SymbolNotes& notes) {
  const uint64_t size = file.expanded_debug_info();
  Dwarf* dwarf = size > kMaxExpanded ? nullptr : dwarf_begin_elf(file.elf(), DWARF_C_READ, nullptr);
  if (!dwarf)
    notes.push_back(fmt::format(
        "the debug information of {} cannot be read: {}", file.path(),
        size > kMaxExpanded ? fmt::format("it expands to {} bytes", size) : dwarf_errmsg(-1)));
  return dwarf;
}

}  // namespace

std::unique_ptr<DebugInfo> DebugInfo::open(const ElfFile& file, FileSearch& search,
                                           SymbolNotes& notes) {
  std::unique_ptr<DebugInfo> info(new DebugInfo(notes));
  info->path_ = file.path();
  info->dwarf_ = open_dwarf(file, notes);
  if (!info->dwarf_) return nullptr;
  bool wanted = false;
  info->shared_file_ = search.shared_file(info->dwarf_, file, wanted);
  if (info->shared_file_) info->shared_ = open_dwarf(*info->shared_file_, notes);
  if (info->shared_) {
    dwarf_setalt(info->dwarf_, info->shared_);
  } else if (wanted) {
    // Without it libdw would look for the file by itself, without our care.
    notes.push_back(fmt::format(
        "the debug information of {} is not used: its shared part (dwz) is missing", file.path()));
    return nullptr;
  }
  info->list_units();
  return info;
}

DebugInfo::~DebugInfo() {
  if (dwarf_) dwarf_end(dwarf_);
  if (shared_) dwarf_end(shared_);
}

void DebugInfo::list_units() {
  std::vector<RangeMap::Range> ranges;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  uint8_t type = 0;
  while (dwarf_get_units(dwarf_, unit, &unit, nullptr, &type, &die, nullptr) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    add_ranges(die, static_cast<uint32_t>(units_.size()), ranges, ranges_left_);
    units_.push_back({die, die, own_text(die, DW_AT_comp_dir), nullptr});
  }
  // Of functions that several units contain, linkers keep the first, and let all describe it.
  std::reverse(ranges.begin(), ranges.end());
  map_ = RangeMap(ranges);
}

std::vector<DebugFrame> DebugInfo::find(uint64_t address) {
  std::vector<DebugFrame> frames;
  const uint32_t index = map_.find(address);
  if (index == RangeMap::kNone) return frames;
  Unit& unit = units_[index];
  if (!unit.functions) {
    std::string missing;
    unit.tree = tree_of(unit.die, path_, missing);
    // libdw looks for .dwo files beside the program and in the compiler's folder, and knows no
    // .dwp.
    if (!missing.empty() && !split_missing_) {
      split_missing_ = true;
      notes_.push_back(fmt::format(
          "the split debug information of {} is missing: {} and perhaps more", path_, missing));
    }
    unit.functions = std::make_unique<FunctionTable>(unit.tree, ranges_left_);
  }
  const FunctionTable& functions = *unit.functions;

  DebugFrame frame;
  frame.folder = unit.folder;
  set_line(unit, address, frame);
  uint32_t at = functions.find(address);
  if (at == FunctionTable::kNone && frame.line != 0) frames.push_back(frame);
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  while (at != FunctionTable::kNone) {
    const FunctionTable::Scope& scope = functions[at];
    set_names(unit, scope.die, frame);
    frame.inlined = scope.inlined;
    frames.push_back(frame);
    if (!scope.inlined) break;
    if (!files && dwarf_getsrcfiles(&unit.tree, &files, &count) != 0) files = nullptr;
    frame = {.folder = frame.folder};
    if (files && scope.call_file < count)
      frame.file = bounded(dwarf_filesrc(files, scope.call_file, nullptr, nullptr));
    frame.line = scope.call_line;
    at = scope.parent;
    if (at == FunctionTable::kNone) frames.push_back(frame);
  }
  return frames;
}

// The last line of the table that does not lie behind the address.
void DebugInfo::set_line(Unit& unit, uint64_t address, DebugFrame& frame) {
  Dwarf_Lines* lines = nullptr;
  size_t count = 0;
  if (dwarf_getsrclines(&unit.die, &lines, &count) != 0) return;
  size_t low = 0;
  for (size_t high = count; low < high;) {
    const size_t middle = low + (high - low) / 2;
    Dwarf_Addr begin = 0;
    if (dwarf_lineaddr(dwarf_onesrcline(lines, middle), &begin) != 0) return;
    if (begin <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return;
  Dwarf_Line* line = dwarf_onesrcline(lines, low - 1);
  bool behind_sequence = true;
  int number = 0;
  if (dwarf_lineendsequence(line, &behind_sequence) != 0 || behind_sequence) return;
  if (dwarf_lineno(line, &number) != 0 || number < 0) return;
  frame.line = static_cast<uint32_t>(number);
  frame.file = bounded(dwarf_linesrc(line, nullptr, nullptr));
}

void DebugInfo::set_names(Unit& unit, Dwarf_Off offset, DebugFrame& frame) {
  Dwarf_Die die;
  if (!dwarf_offdie(dwarf_cu_getdwarf(unit.tree.cu), offset, &die)) return;
  frame.linkage_name = string_attribute(die, DW_AT_linkage_name);
  if (frame.linkage_name.empty())
    frame.linkage_name = string_attribute(die, DW_AT_MIPS_linkage_name);
  frame.name =
      frame.linkage_name.empty() ? names_.full_name(die) : string_attribute(die, DW_AT_name);
}

}  // namespace thrace
