// The unwind tables of a module: .eh_frame_hdr, which finds the entry of an address by binary
// search, and .eh_frame with the entries (LSB 5, 10.6).
#pragma once

#include <cstdint>

#include "core/unwind/memory.h"

namespace thrace::unwind {

// One FDE with what its CIE adds: the instructions that lead to the row of an address.
struct Entry {
  uint64_t begin = 0, end = 0;  // the code that it describes
  uint64_t cie_program = 0, cie_program_end = 0;
  uint64_t program = 0, program_end = 0;
  uint64_t code_align = 0;
  int64_t data_align = 0;
  uint8_t pointer_encoding = 0;
  bool signal_frame = false;
};

// Finds the entry for the code at `pc`.  `header`: address of .eh_frame_hdr.  False if there is
// none, or if what is read does not make sense.
bool find_entry(const Memory& memory, uint64_t header, uint64_t pc, Entry& entry);

}  // namespace thrace::unwind
