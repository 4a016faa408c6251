#include "preload/launcher/elf_file.h"

#include <elf.h>

#include <cstring>
#include <utility>

namespace thrace {
namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#else
#error "thrace knows x86-64 only"
#endif

// The T at `offset`; zeros where the file ends before.
template <typename T>
T at(std::string_view contents, uint64_t offset) {
  T result{};
  if (offset <= contents.size() && contents.size() - offset >= sizeof(T)) {
    std::memcpy(&result, contents.data() + offset, sizeof(T));
  }
  return result;
}

std::string string_at(std::string_view contents, uint64_t offset) {
  if (offset >= contents.size()) return {};
  const std::string_view rest = contents.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

}  // namespace

ElfFile read_elf(std::string_view contents) {
  ElfFile result;
  const auto header = at<Elf64_Ehdr>(contents, 0);
  result.native = header.e_ident[EI_CLASS] == ELFCLASS64 &&
                  header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == kMachine;
  if (!result.native) return result;

  Elf64_Phdr dynamic{};
  std::vector<Elf64_Phdr> loads;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = at<Elf64_Phdr>(contents, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment.p_type == PT_INTERP) result.interpreter = string_at(contents, segment.p_offset);
    if (segment.p_type == PT_DYNAMIC) dynamic = segment;
    if (segment.p_type == PT_LOAD) loads.push_back(segment);
  }

  uint64_t strings = 0;
  std::vector<std::pair<int64_t, uint64_t>> names;  // tag, offset in the string table
  for (uint64_t o = 0; o + sizeof(Elf64_Dyn) <= dynamic.p_filesz; o += sizeof(Elf64_Dyn)) {
    const auto entry = at<Elf64_Dyn>(contents, dynamic.p_offset + o);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_STRTAB) strings = entry.d_un.d_ptr;
    if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME) {
      names.emplace_back(entry.d_tag, entry.d_un.d_val);
    }
  }
  for (const Elf64_Phdr& load : loads) {  // the table is named by address, the file wants an offset
    if (strings < load.p_vaddr || strings - load.p_vaddr >= load.p_filesz) continue;
    const uint64_t offset = strings - load.p_vaddr + load.p_offset;
    for (const auto& [tag, name] : names) {
      std::string text = string_at(contents, offset + name);
      if (tag == DT_SONAME) {
        result.soname = std::move(text);
      } else {
        result.needed.push_back(std::move(text));
      }
    }
    break;
  }
  return result;
}

}  // namespace thrace
