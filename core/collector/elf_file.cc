// Reading the program headers and the notes of a file (System V gABI).
#include "core/collector/elf_file.h"

#include <elf.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <vector>

namespace thrace::collector {
namespace {

constexpr size_t kMostHeaders = 64;
constexpr size_t kMostNotes = 4096;  // bytes of one segment of notes
constexpr uint32_t kMostBuild = 32;  // bytes
constexpr uint64_t kPageMask = 4095;

template <typename T>
bool read_at(int fd, uint64_t offset, T* items, size_t count) {
  const auto wanted = static_cast<ssize_t>(count * sizeof(T));
  return pread(fd, items, static_cast<size_t>(wanted), static_cast<off_t>(offset)) == wanted;
}

uint64_t rounded(uint64_t size, uint64_t align) { return (size + align - 1) & ~(align - 1); }

// The build-id among notes; empty: there is none.
std::string find_build(std::string_view notes, uint64_t align) {
  Elf64_Nhdr note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    const uint64_t name = sizeof note, value = name + rounded(note.n_namesz, align);
    const uint64_t end = value + rounded(note.n_descsz, align);
    if (value + note.n_descsz > notes.size()) return {};
    if (note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= kMostBuild &&
        notes.substr(name, note.n_namesz) == std::string_view("GNU", 4)) {
      std::string hex;
      for (const unsigned char byte : notes.substr(value, note.n_descsz)) {
        hex.push_back("0123456789abcdef"[byte >> 4]);
        hex.push_back("0123456789abcdef"[byte & 15]);
      }
      return hex;
    }
    if (end > notes.size()) return {};
    notes.remove_prefix(end);
  }
  return {};
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
    if (read_at(fd, part.p_offset, notes.data(), notes.size()))
      facts.build = find_build(notes, part.p_align == 8 ? 8 : 4);
  }
  return found;
}

}  // namespace thrace::collector
