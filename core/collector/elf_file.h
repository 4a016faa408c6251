// What the collector needs to know of a file that was mapped as code.
#pragma once

#include <cstdint>
#include <string>

namespace thrace::collector {

struct ElfFacts {
  uint64_t first = 0;  // address of its first segment, as the file has it, rounded down to a page
  std::string build;   // build-id in hex; empty: it has none
};

// Reads the headers of an open file.  False if it is not an ELF file for this machine.  Whatever is
// in the file, at most a few pages of it are read.
bool read_elf(int fd, ElfFacts& facts);

}  // namespace thrace::collector
