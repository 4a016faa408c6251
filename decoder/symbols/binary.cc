// Loading a file's names and choosing among them.
#include "decoder/symbols/binary.h"

#include <fmt/core.h>

#include "decoder/symbols/demangle.h"
#include "decoder/symbols/minidebug.h"

namespace thrace {
namespace {

bool is_mangled(std::string_view name) { return name.starts_with("_Z") || name.starts_with("_R"); }

}  // namespace

void Binary::load() {
  loaded_ = true;
  file_ = search_.module_file(module_, notes_);
  if (!file_) return;
  if (!file_->has_debug_info()) debug_file_ = search_.debug_file(*file_, notes_);
  const ElfFile& debug = debug_file_ ? *debug_file_ : *file_;
  if (debug.has_debug_info()) debug_info_ = DebugInfo::open(debug, search_, notes_);

  has_full_table_ =
      symbols_.add(file_->elf(), false) || (debug_file_ && symbols_.add(debug_file_->elf(), false));
  if (!has_full_table_) {
    symbols_.add(file_->elf(), true);
    mini_file_ = open_minidebug(*file_);
    if (mini_file_) symbols_.add(mini_file_->elf(), false);
  }
  symbols_.finish();
}

const std::vector<Frame>& Binary::frames(uint64_t address, bool is_return_address) {
  const auto [found, is_new] = frames_[is_return_address].try_emplace(address);
  if (!is_new) return found->second;
  if (!loaded_) load();
  // A call may be the last instruction of its function, of its line or of an inlined part.
  std::vector<Frame> frames = look_up(is_return_address ? address - 1 : address);
  if (frames.empty()) frames.emplace_back();
  for (Frame& frame : frames) {
    frame.module = module_.path;
    frame.known = !frame.function.empty();
    if (!frame.known) frame.function = pool_.intern(address_text(address));
  }
  if (options_.no_inline) frames.erase(frames.begin(), frames.end() - 1);
  return found->second = std::move(frames);
}

// Frames without names where none is known.
std::vector<Frame> Binary::look_up(uint64_t address) {
  std::vector<DebugFrame> known;
  if (debug_info_) known = debug_info_->find(address);
  const Symbol* symbol = symbols_.function(address);
  if (known.empty() && symbol) known.emplace_back();
  std::vector<Frame> frames;
  for (const DebugFrame& from : known) {
    Frame frame;
    frame.function = function_name(from, from.inlined ? nullptr : symbol);
    frame.file = source_path(from);
    frame.line = from.line;
    frame.inlined = from.inlined;
    frames.push_back(frame);
  }
  return frames;
}

std::string_view Binary::source_path(const DebugFrame& frame) {
  if (frame.file.empty() || frame.file.starts_with('/') || frame.folder.empty())
    return pool_.intern(frame.file);
  return pool_.intern(fmt::format("{}/{}", frame.folder, frame.file));
}

// DWARF knows the function, but not always its full name: then the symbol has it.
std::string_view Binary::function_name(const DebugFrame& frame, const Symbol* symbol) {
  std::string_view name = frame.linkage_name;
  if (name.empty() && symbol && (frame.name.empty() || is_mangled(symbol->name)))
    name = symbol->name;
  // A linkage name that is not mangled is an alias for the assembler only.
  const bool is_alias = !is_mangled(name) && !options_.raw_names;
  if (name.empty() || (is_alias && !frame.name.empty())) return pool_.intern(frame.name);
  return readable(name);
}

std::string_view Binary::readable(std::string_view name) {
  const auto [found, is_new] = readable_.try_emplace(name);
  if (is_new) found->second = pool_.intern(options_.raw_names ? std::string(name) : demangle(name));
  return found->second;
}

std::string Binary::object_name(uint64_t address) {
  if (!loaded_) load();
  std::string_view name;
  uint64_t offset = 0;
  if (const Symbol* symbol = symbols_.object(address)) {
    name = readable(symbol->name);
    offset = address - symbol->address;
  } else if (debug_info_ && !has_full_table_) {
    if (!variables_) variables_ = std::make_unique<VariableTable>(*debug_info_);
    if (const Symbol* variable = variables_->find(address)) {
      name = readable(variable->name);
      offset = address - variable->address;
    }
  }
  if (name.empty()) return address_text(address);
  return offset == 0 ? std::string(name) : fmt::format("{}+{:#x}", name, offset);
}

std::string Binary::address_text(uint64_t address) const {
  const size_t slash = module_.path.rfind('/');
  return fmt::format("{}+{:#x}", module_.path.substr(slash == std::string::npos ? 0 : slash + 1),
                     address);
}

}  // namespace thrace
