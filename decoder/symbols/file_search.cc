// Where files with names may lie, and how their identity is proved.
#include "decoder/symbols/file_search.h"

#include <elfutils/libdwelf.h>
#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "decoder/symbols/debuginfod.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

bool has_names(const ElfFile& file) { return file.has_debug_info() || file.section(".symtab"); }

// The first of these files that has this build-id and names; if there is none, the first without.
std::unique_ptr<ElfFile> best_of(const std::vector<std::string>& paths,
                                 const std::string& build_id) {
  std::string reason;  // each path is only a possibility
  std::unique_ptr<ElfFile> stripped;
  for (const std::string& path : paths) {
    auto file = ElfFile::open(path, reason);
    if (!file || file->build_id() != build_id) continue;
    if (has_names(*file)) return file;
    if (!stripped) stripped = std::move(file);
  }
  return stripped;
}

// The first that has names.
std::unique_ptr<ElfFile> first_of(const std::vector<std::string>& paths,
                                  const std::string& build_id) {
  auto file = best_of(paths, build_id);
  return file && has_names(*file) ? std::move(file) : nullptr;
}

// Why a file is not what the process had mapped; empty: it is.
std::string difference(const ElfFile& file, const Module& module, bool is_copy) {
  if (!module.build_id.empty()) {
    const std::string id = file.build_id();
    if (id == module.build_id) return "";
    return fmt::format("is another build (build-id {}, recorded was {})", id.empty() ? "none" : id,
                       module.build_id);
  }
  if (is_copy) return "";
  if (module.inode != 0 && module.inode != file.inode())
    return fmt::format("is another file (inode {}, recorded was {}, without a build-id)",
                       file.inode(), module.inode);
  // Compilers and copies write into a file that is there, which keeps its inode.
  if (module.known_at != 0 && file.changed() > module.known_at)
    return "has changed since it was mapped, and has no build-id";
  return "";
}

}  // namespace

std::unique_ptr<ElfFile> FileSearch::module_file(const Module& module, SymbolNotes& notes) {
  std::string problem;
  for (const std::string* path : {&module.image, &module.path}) {
    if (!path->starts_with('/') && path != &module.image) continue;  // "[vdso]" is no file
    if (path->empty()) continue;
    std::string reason;
    auto file = ElfFile::open(*path, reason);
    if (file && (reason = difference(*file, module, path == &module.image)).empty()) return file;
    problem = fmt::format("{} {}: its names are not used", *path, reason);
  }
  // A stripped copy leads to its debug file, and has the names of what it exports.
  if (auto file = best_of(by_build_id(module.build_id), module.build_id)) return file;
  if (auto file = by_server(module.build_id, module.path)) return file;
  if (!problem.empty()) notes.push_back(problem);
  return nullptr;
}

std::unique_ptr<ElfFile> FileSearch::debug_file(const ElfFile& file, SymbolNotes& notes) {
  const std::string id = file.build_id();
  if (auto found = first_of(by_build_id(id), id)) return found;
  if (auto found = linked_file(file, id, notes)) return found;
  return by_server(id, file.path());
}

// What a server or a cache has under a build-id may be anything.
std::unique_ptr<ElfFile> FileSearch::by_server(const std::string& build_id,
                                               const std::string& path) const {
  if (!options_.debuginfod) return nullptr;
  const int fd = fetch_debug_file(build_id);
  if (fd < 0) return nullptr;
  std::string reason;
  auto file = ElfFile::adopt(fd, path, reason);
  return file && file->build_id() == build_id ? std::move(file) : nullptr;
}

std::unique_ptr<ElfFile> FileSearch::linked_file(const ElfFile& file, const std::string& build_id,
                                                 SymbolNotes& notes) {
  GElf_Word crc = 0;
  const char* link = dwelf_elf_gnu_debuglink(file.elf(), &crc);
  if (!link || !*link) return nullptr;
  const std::string name(link);
  if (name.find('/') != std::string::npos) return nullptr;  // not what the linker writes
  for (const std::string& path : by_link(file, name)) {
    std::string reason;
    auto found = ElfFile::open(path, reason);
    if (!found || !has_names(*found)) continue;
    const std::string id = found->build_id();
    if (build_id.empty() || id.empty() ? found->crc() == crc : id == build_id) return found;
    notes.push_back(
        fmt::format("{} is not of the build of {}: its names are not used", path, file.path()));
  }
  return nullptr;
}

std::unique_ptr<ElfFile> FileSearch::shared_file(Dwarf* dwarf, const ElfFile& file, bool& wanted) {
  const char* name = nullptr;
  const void* bytes = nullptr;
  const ssize_t size = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &bytes);
  wanted = size > 0;
  if (!wanted) return nullptr;
  const std::string id = hex(bytes, static_cast<size_t>(size));
  std::vector<std::string> paths = by_build_id(id);
  paths.push_back(fs::path(file.path()).parent_path() / name);
  std::error_code error;
  const fs::path real = fs::canonical(file.path(), error);
  if (!error) paths.push_back(real.parent_path() / name);
  if (auto found = first_of(paths, id)) return found;
  return by_server(id, name);
}

// Places where a file with this build-id may lie, the user's directories first.
std::vector<std::string> FileSearch::by_build_id(const std::string& build_id) {
  if (build_id.size() < 4) return {};
  const std::string name = build_id.substr(0, 2) + "/" + build_id.substr(2) + ".debug";
  std::vector<std::string> paths;
  for (const std::string& directory : options_.directories) {
    paths.push_back(directory + "/.build-id/" + name);
    paths.push_back(directory + "/" + name);
  }
  std::call_once(indexed_, [&] { index_.emplace(options_.directories); });
  for (std::string& path : index_->find(build_id)) paths.push_back(std::move(path));
  paths.push_back(options_.debug_root + "/.build-id/" + name);
  return paths;
}

// Places where .gnu_debuglink may lead to, as gdb looks for it.
std::vector<std::string> FileSearch::by_link(const ElfFile& file, const std::string& name) const {
  std::vector<std::string> paths;
  for (const std::string& directory : options_.directories) paths.push_back(directory + "/" + name);
  std::error_code error;
  fs::path folder = fs::canonical(file.path(), error).parent_path();
  if (error) folder = fs::path(file.path()).parent_path();
  paths.push_back(folder / name);
  paths.push_back(folder / ".debug" / name);
  paths.push_back(options_.debug_root + (folder / name).string());
  return paths;
}

}  // namespace thrace
