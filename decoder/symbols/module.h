// A module: one ELF file as one process had it mapped.  Or memory that the program has a name for.
#pragma once

#include <cstdint>
#include <string>

namespace thrace {

struct Module {
  std::string path;      // as the process named it
  std::string build_id;  // hex, lower case; empty: not known
  uint64_t bias = 0;     // run-time address - address in the file
  uint64_t start = 0;    // the mapped range, run-time addresses
  uint64_t end = 0;
  uint64_t inode = 0;    // of the mapped file; 0: not known
  int64_t known_at = 0;  // ns since 1970: it was mapped by then; 0: not known
  std::string image;     // path of a saved copy of the file (the vdso, a deleted file), or empty
  bool object = false;   // no file: the memory of an object that the program calls `path`
};

}  // namespace thrace
