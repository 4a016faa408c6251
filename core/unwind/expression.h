// DWARF expressions of the few shapes that unwind tables of x86-64 use.
#pragma once

#include <cstdint>

#include "core/unwind/cursor.h"

namespace thrace::unwind {

// DWARF numbers of the registers (System V ABI, AMD64, figure 3.36).
namespace column {
inline constexpr uint64_t kRbp = 6, kRsp = 7, kRip = 16;
}

// base + offset, or [base + offset] + add; without a base just offset.
struct Value {
  static constexpr uint8_t kNoBase = 0xff;

  int64_t offset = 0;
  int32_t add = 0;
  uint8_t base = kNoBase;  // column
  bool indirect = false;

  bool is_constant() const { return base == kNoBase && !indirect; }
};

// Evaluates [begin, end) for the code at `pc`, which is the value of rip: so the expression of a
// PLT, whose CFA depends on rip, is a sum at each of its addresses.  False if the result has
// another shape.
bool evaluate(const Memory& memory, uint64_t begin, uint64_t end, uint64_t pc, Value& result);

}  // namespace thrace::unwind
