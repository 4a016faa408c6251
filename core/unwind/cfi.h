// The interpreter of call frame instructions: from an address to its rule.
#pragma once

#include <cstdint>

#include "core/unwind/rule.h"
#include "core/unwind/tables.h"

namespace thrace::unwind {

// The rule for the code at `pc` by the tables at `header` (.eh_frame_hdr).  Reads only `memory`,
// trusts nothing in it, and needs at most kMaxInstructions steps.  Rule::None if there is no
// entry, if it does not make sense, or if it says what a Rule cannot.  `last`: pc is the last byte
// of its entry.
Rule rule_for(const Memory& memory, uint64_t header, uint64_t pc, bool& last);

// Of one entry; the longest of Debian's libraries have a few thousand.
inline constexpr uint32_t kMaxInstructions = 65'536;

}  // namespace thrace::unwind
