// One file that modules were mapped from, and all that is known of its addresses.
//
// The file is opened when the first address is asked for.  One thread at a time; different
// binaries may be used by different threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/symbols/debug_info.h"
#include "decoder/symbols/file_search.h"
#include "decoder/symbols/frame.h"
#include "decoder/symbols/module.h"
#include "decoder/symbols/options.h"
#include "decoder/symbols/string_pool.h"
#include "decoder/symbols/symbol_table.h"
#include "decoder/symbols/variable_table.h"

namespace thrace {

class Binary {
 public:
  // Options and search must live as long.
  Binary(const Module& module, const SymbolOptions& options, FileSearch& search)
      : module_(module), options_(options), search_(search) {}

  // As Symbolizer::frames(), for an address of the file.
  const std::vector<Frame>& frames(uint64_t address, bool is_return_address);

  // As Symbolizer::object_name().
  std::string object_name(uint64_t address);

  // What could not be used, so far.
  const SymbolNotes& notes() const { return notes_; }

 private:
  void load();
  std::vector<Frame> look_up(uint64_t address);
  std::string_view function_name(const DebugFrame& frame, const Symbol* symbol);
  std::string_view source_path(const DebugFrame& frame);
  std::string_view readable(std::string_view name);
  std::string address_text(uint64_t address) const;

  const Module module_;
  const SymbolOptions& options_;
  FileSearch& search_;
  SymbolNotes notes_;
  bool loaded_ = false;
  bool has_full_table_ = false;  // .symtab names static variables, too

  // In the order in which they depend on each other.
  std::unique_ptr<ElfFile> file_;
  std::unique_ptr<ElfFile> debug_file_;
  std::unique_ptr<ElfFile> mini_file_;
  std::unique_ptr<DebugInfo> debug_info_;
  std::unique_ptr<VariableTable> variables_;
  SymbolTable symbols_;

  StringPool pool_;
  std::unordered_map<std::string_view, std::string_view> readable_;
  std::unordered_map<uint64_t, std::vector<Frame>> frames_[2];  // the second: return addresses
};

}  // namespace thrace
