// Finds the files that hold a module's names: the module's own, its separate debug file, and the
// file that dwz moved common parts of several debug files to.
//
// A file is used only if it is proved to be of the same build: by build-id, wherever it was found;
// where the module has none, by inode and by not having changed since it was mapped, or by the
// checksum of .gnu_debuglink.  Any thread may call, several at a time.
#pragma once

#include <elfutils/libdw.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "decoder/symbols/elf_file.h"
#include "decoder/symbols/file_index.h"
#include "decoder/symbols/module.h"
#include "decoder/symbols/options.h"

namespace thrace {

// Sentences for the user: files that could not be used, and why.
using SymbolNotes = std::vector<std::string>;

class FileSearch {
 public:
  explicit FileSearch(const SymbolOptions& options) : options_(options) {}

  // The file that was mapped, or a copy, or a debug file of the same build; nullptr: none.
  std::unique_ptr<ElfFile> module_file(const Module& module, SymbolNotes& notes);

  // The separate debug file of `file`; nullptr: none.
  std::unique_ptr<ElfFile> debug_file(const ElfFile& file, SymbolNotes& notes);

  // The file that `dwarf`, which was read from `file`, refers to by .gnu_debugaltlink; nullptr:
  // none.  `wanted` says whether it refers to one.
  std::unique_ptr<ElfFile> shared_file(Dwarf* dwarf, const ElfFile& file, bool& wanted);

 private:
  std::vector<std::string> by_build_id(const std::string& build_id);
  std::vector<std::string> by_link(const ElfFile& file, const std::string& name) const;
  // `path` stands for what is found.
  std::unique_ptr<ElfFile> by_server(const std::string& build_id, const std::string& path) const;
  std::unique_ptr<ElfFile> linked_file(const ElfFile& file, const std::string& build_id,
                                       SymbolNotes& notes);

  const SymbolOptions& options_;
  std::once_flag indexed_;
  std::optional<FileIndex> index_;
};

}  // namespace thrace
