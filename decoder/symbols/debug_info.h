// The DWARF of one file: functions, inlined calls and lines, by address.
//
// Units are read when an address of theirs is first asked for.  One thread at a time.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/symbols/elf_file.h"
#include "decoder/symbols/file_search.h"
#include "decoder/symbols/function_table.h"
#include "decoder/symbols/scope_names.h"

namespace thrace {

// A function at an address as DWARF has it.  The texts live as long as the DebugInfo.
struct DebugFrame {
  std::string_view linkage_name{};  // may be empty
  std::string_view name{};          // in full, if there is no linkage name; may be empty
  std::string_view file{};          // may be empty
  std::string_view folder{};        // that a relative file lies in; may be empty
  uint32_t line = 0;
  bool inlined = false;
};

class DebugInfo {
 public:
  // Reads `file`, which must live as long, and so must the notes.  nullptr if its DWARF cannot be
  // used: a note says why.
  static std::unique_ptr<DebugInfo> open(const ElfFile& file, FileSearch& search,
                                         SymbolNotes& notes);
  ~DebugInfo();
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  // The functions at an address of the file, the innermost first.  The last one has no name if no
  // function is described there, as in assembly, of which only lines are known.  Empty: nothing is
  // known.
  std::vector<DebugFrame> find(uint64_t address);

  // Calls visit(unit) for each unit, a Dwarf_Die&.
  template <typename Visit>
  void each_unit(Visit visit) {
    for (Unit& unit : units_) visit(unit.die);
  }

 private:
  struct Unit {
    Dwarf_Die die;
    Dwarf_Die tree;  // where its functions are: itself, or a unit of a .dwo file
    std::string_view folder;
    std::unique_ptr<FunctionTable> functions;
  };

  explicit DebugInfo(SymbolNotes& notes) : notes_(notes) {}
  void list_units();
  void set_line(Unit& unit, uint64_t address, DebugFrame& frame);
  void set_names(Unit& unit, Dwarf_Off offset, DebugFrame& frame);

  SymbolNotes& notes_;
  bool split_missing_ = false;  // a note has said so
  std::string path_;
  Dwarf* dwarf_ = nullptr;
  std::unique_ptr<ElfFile> shared_file_;
  Dwarf* shared_ = nullptr;  // what dwz moved there
  size_t ranges_left_ = kMaxRanges;
  std::vector<Unit> units_;
  RangeMap map_;  // address -> unit
  ScopeNames names_;
};

}  // namespace thrace
