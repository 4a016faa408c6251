// An ELF file that was opened with care: it may be anything, put there by anybody.
#pragma once

#include <libelf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace thrace {

class ElfFile {
 public:
  // Opens a regular file; devices, pipes and folders are refused without waiting for them.  On
  // failure the result is empty and `error` completes a sentence that begins with the path.
  static std::unique_ptr<ElfFile> open(const std::string& path, std::string& error);

  // Takes an open descriptor.
  static std::unique_ptr<ElfFile> adopt(int fd, const std::string& path, std::string& error);

  // Takes the bytes of a file; `path` stands for them.
  static std::unique_ptr<ElfFile> from_memory(std::string data, const std::string& path);

  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  Elf* elf() const { return elf_; }
  const std::string& path() const { return path_; }
  uint64_t inode() const { return inode_; }

  // When the file last changed, its bytes or what is known of it, ns since 1970; 0 of
  // from_memory().
  int64_t changed() const { return changed_; }

  // Hex, lower case; empty if it has none.
  std::string build_id() const;

  // The section of this name that has contents here, or nullptr.
  Elf_Scn* section(const char* name) const;

  // DWARF, compressed or not.
  bool has_debug_info() const { return section(".debug_info") || section(".zdebug_info"); }

  // What the compressed sections of DWARF say that they expand to, in bytes.
  uint64_t expanded_debug_info() const;

  // The CRC of the whole file, as in .gnu_debuglink.
  uint32_t crc() const;

 private:
  explicit ElfFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::string data_;  // of from_memory()
  int fd_ = -1;
  Elf* elf_ = nullptr;
  uint64_t inode_ = 0;
  int64_t changed_ = 0;
};

// Bytes as hex, lower case.
std::string hex(const void* data, size_t size);

}  // namespace thrace
