// What the launcher must know of an ELF program: whether the dynamic loader will load a library into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thrace {

struct ElfFile {
  bool native = false;       // class, byte order and machine of this build
  std::string interpreter;   // PT_INTERP; empty: static, or the loader itself
  std::string soname;
  std::vector<std::string> needed;
};

inline bool is_elf(std::string_view contents) { return contents.starts_with("\177ELF"); }

// Reads the headers and the dynamic section.  What is damaged stays empty: the kernel will judge.
ElfFile read_elf(std::string_view contents);

}  // namespace thrace
