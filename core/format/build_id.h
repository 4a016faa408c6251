// The build-id of an ELF file, among its notes (System V gABI, "Note Section").
#pragma once

#include <elf.h>

#include <cstdint>

namespace thrace {

// Hex text; empty: there is none.
struct BuildId {
  static constexpr uint32_t kMost = 32;  // bytes; what is longer is none
  char text[2 * kMost + 1] = {};
};

// Looks for it in a segment of notes; `align` as its program header has it.  Whatever the bytes
// are, only these `size` are read, and nothing is called (design: G4).
inline bool find_build_id(const char* notes, uint64_t size, uint64_t align, BuildId& id) {
  const uint64_t unit = align == 8 ? 8 : 4;
  const auto rounded = [unit](uint64_t length) { return (length + unit - 1) & ~(unit - 1); };
  Elf64_Nhdr note;
  while (size >= sizeof note) {
    __builtin_memcpy(&note, notes, sizeof note);
    const char* const name = notes + sizeof note;
    const uint64_t value = sizeof note + rounded(note.n_namesz);
    if (value > size || note.n_descsz > size - value) return false;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && name[0] == 'G' && name[1] == 'N' &&
        name[2] == 'U' && name[3] == '\0' && note.n_descsz <= BuildId::kMost) {
      char* out = id.text;
      for (uint32_t i = 0; i < note.n_descsz; i++) {
        const auto byte = static_cast<uint8_t>(notes[value + i]);
        *out++ = "0123456789abcdef"[byte >> 4];
        *out++ = "0123456789abcdef"[byte & 15];
      }
      *out = '\0';
      return true;
    }
    const uint64_t whole = value + rounded(note.n_descsz);
    if (whole > size) return false;
    notes += whole;
    size -= whole;
  }
  return false;
}

}  // namespace thrace
