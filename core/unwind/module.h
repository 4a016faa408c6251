// Where the unwind tables of loaded code lie.
#pragma once

#include <cstdint>

#include "core/unwind/learners.h"

namespace thrace::unwind {

// The module that holds an address: its .eh_frame_hdr, and the readable segment around that.
struct Module {
  uint64_t low = 0, high = 0;  // .eh_frame lies in the same segment, as every linker has it
  uint64_t header = 0;
};

enum class Lookup : uint8_t {
  Found,
  NoModule,  // code that no loader knows, or a C library older than glibc 2.35
  NoTables,
};

// Finds the tables for the code at `pc`.  The claim keeps the module from going away meanwhile.
Lookup find_module(uint64_t pc, const Learners::Claim& claim, Module& module);

}  // namespace thrace::unwind
