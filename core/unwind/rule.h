// A rule says how to get from a frame to its caller's, for one address of code: eight bytes that
// stand for what the unwind tables say about the registers that a walk needs (rip, rsp, rbp).
//
// The CFA is the caller's rsp (DWARF 5, 6.4); the return address is at CFA - 8.
#pragma once

#include <cstdint>

namespace thrace::unwind {

struct Rule {
  // Where the CFA comes from, or why there is none.
  enum class Cfa : uint8_t {
    Unknown = 0,  // not learnt yet
    Rsp,          // rsp + offset
    Rbp,          // rbp + offset
    AtRsp,        // [rsp + offset] + add
    AtRbp,        // [rbp + offset] + add: functions that realign their stack
    Signal,       // the kernel's signal frame: the registers are in the ucontext at rsp
    Bottom,       // the outermost frame: its return address is undefined
    None,         // no unwind tables here, or they say what cannot be expressed
    Busy,         // may not be learnt now; is in no table
  };
  // Where the caller's rbp is.
  enum class Rbp : uint8_t {
    Same,
    AtCfa,  // [CFA + 8 * words]
    AtRbp,  // [rbp + 8 * words]
    Lost,   // nowhere, or where it cannot be expressed
  };

  int32_t offset = 0;
  uint8_t add = 0;
  Cfa cfa = Cfa::Unknown;
  Rbp rbp = Rbp::Same;
  int8_t words = 0;

  friend bool operator==(const Rule&, const Rule&) = default;
};
static_assert(sizeof(Rule) == 8);

}  // namespace thrace::unwind
