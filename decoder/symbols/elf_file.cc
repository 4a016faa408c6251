// Opening ELF files and looking at what identifies them.
#include "decoder/symbols/elf_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <gelf.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace thrace {

std::unique_ptr<ElfFile> ElfFile::open(const std::string& path, std::string& error) {
  // A pipe without a writer would make a plain open() wait.
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    error = fmt::format("cannot be opened: {}", std::strerror(errno));
    return nullptr;
  }
  return adopt(fd, path, error);
}

std::unique_ptr<ElfFile> ElfFile::adopt(int fd, const std::string& path, std::string& error) {
  std::unique_ptr<ElfFile> file(new ElfFile(path));
  file->fd_ = fd;
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    error = "is not a regular file";
    return nullptr;
  }
  file->inode_ = status.st_ino;
  file->changed_ = status.st_ctim.tv_sec * int64_t{1'000'000'000} + status.st_ctim.tv_nsec;
  elf_version(EV_CURRENT);
  file->elf_ = elf_begin(fd, ELF_C_READ_MMAP, nullptr);
  if (!file->elf_ || elf_kind(file->elf_) != ELF_K_ELF) {
    error = "is not an ELF file";
    return nullptr;
  }
  return file;
}

std::unique_ptr<ElfFile> ElfFile::from_memory(std::string data, const std::string& path) {
  std::unique_ptr<ElfFile> file(new ElfFile(path));
  file->data_ = std::move(data);
  elf_version(EV_CURRENT);
  file->elf_ = elf_memory(file->data_.data(), file->data_.size());
  if (!file->elf_ || elf_kind(file->elf_) != ELF_K_ELF) return nullptr;
  return file;
}

ElfFile::~ElfFile() {
  if (elf_) elf_end(elf_);
  if (fd_ >= 0) close(fd_);
}

std::string ElfFile::build_id() const {
  const void* id = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(elf_, &id);
  return size > 0 ? hex(id, static_cast<size_t>(size)) : std::string();
}

Elf_Scn* ElfFile::section(const char* name) const {
  size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return nullptr;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf_, section)) != nullptr) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) continue;
    const char* found = elf_strptr(elf_, names, header.sh_name);
    if (found && std::strcmp(found, name) == 0) return section;
  }
  return nullptr;
}

uint64_t ElfFile::expanded_debug_info() const {
  size_t names = 0;
  uint64_t sum = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return 0;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    GElf_Chdr packed;
    if (!gelf_getshdr(section, &header)) continue;
    const char* found = elf_strptr(elf_, names, header.sh_name);
    const std::string_view name = found ? found : "";
    uint64_t size = 0;
    if (name.starts_with(".debug_") && header.sh_flags & SHF_COMPRESSED &&
        gelf_getchdr(section, &packed)) {
      size = packed.ch_size;
    } else if (name.starts_with(".zdebug_")) {  // "ZLIB" and the size, big-endian
      const Elf_Data* data = elf_rawdata(section, nullptr);
      if (!data || !data->d_buf || data->d_size < 12) continue;
      for (int i = 4; i < 12; i++) size = size << 8 | static_cast<const uint8_t*>(data->d_buf)[i];
    }
    if (__builtin_add_overflow(sum, size, &sum)) return UINT64_MAX;
  }
  return sum;
}

uint32_t ElfFile::crc() const {
  size_t size = 0;
  const char* bytes = elf_rawfile(elf_, &size);
  return bytes ? lzma_crc32(reinterpret_cast<const uint8_t*>(bytes), size, 0) : 0;
}

std::string hex(const void* data, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; i++)
    out += fmt::format("{:02x}", static_cast<const uint8_t*>(data)[i]);
  return out;
}

}  // namespace thrace
