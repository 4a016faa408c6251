// Reading the program headers and the notes of a file (System V gABI).
#include "core/collector/elf_file.h"

#include <elf.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "core/format/build_id.h"

namespace thrace::collector {
namespace {

constexpr size_t kMostHeaders = 64;
constexpr size_t kMostNotes = 4096;  // bytes of one segment of notes
constexpr uint64_t kPageMask = 4095;

template <typename T>
bool read_at(int fd, uint64_t offset, T* items, size_t count) {
  const auto wanted = static_cast<ssize_t>(count * sizeof(T));
  return pread(fd, items, static_cast<size_t>(wanted), static_cast<off_t>(offset)) == wanted;
}

}  // namespace

bool read_elf(int fd, ElfFacts& facts) {
  Elf64_Ehdr header;
  if (!read_at(fd, 0, &header, 1) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64 ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > kMostHeaders)
    return false;
  std::vector<Elf64_Phdr> parts(header.e_phnum);
  if (!read_at(fd, header.e_phoff, parts.data(), parts.size())) return false;
  bool found = false;
  for (const Elf64_Phdr& part : parts) {
    if (part.p_type == PT_LOAD && !found) {  // they stand in the order of their addresses
      found = true;
      facts.first = part.p_vaddr & ~kPageMask;
    }
    if (part.p_type != PT_NOTE || part.p_filesz > kMostNotes || !facts.build.empty()) continue;
    std::string notes(part.p_filesz, '\0');
    BuildId build;
    if (read_at(fd, part.p_offset, notes.data(), notes.size()) &&
        find_build_id(notes.data(), notes.size(), part.p_align, build))
      facts.build = build.text;
  }
  return found;
}

}  // namespace thrace::collector
