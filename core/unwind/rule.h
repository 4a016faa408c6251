// A rule says how to get from a frame to its caller's, for one address of code: 24 bits that stand
// for what the unwind tables say about the registers that a walk needs (rip, rsp, rbp).
//
// The CFA is the caller's rsp (DWARF 5, 6.4); the return address is at CFA - 8.  All of it lies in
// words of 8 bytes.
//
//   bits 0-2   what the CFA is made of (Cfa)
//   bits 3-6   the caller's rbp: 0 unchanged, 1 at [rbp], 2-14 at [CFA - 8n], 15 lost
//   bits 7-23  Rsp, Rbp: words from the base, up to 1 MiB
//              AtRsp, AtRbp: 4 bits of words behind the indirection, 13 bits of words before it
//   None that is held (as_last): bits 3-6 as above, bits 7-8 what the rule was made of, bits 9-23
//   its bits 7-23 if they fit
#pragma once

#include <cstdint>

namespace thrace::unwind {

class Rule {
 public:
  // What the CFA is made of, or why there is none.
  enum Cfa : uint8_t {
    Unknown = 0,  // not learnt yet
    Rsp,          // rsp + offset
    Rbp,          // rbp + offset
    AtRsp,        // [rsp + offset] + add
    AtRbp,        // [rbp + offset] + add: functions that realign their stack
    Signal,       // the kernel's signal frame: the registers are in the ucontext at rsp
    Bottom,       // the outermost frame: its return address is undefined
    None,         // no unwind tables here, or they say what cannot be expressed
  };
  // Where the caller's rbp is.
  enum class Saved : uint8_t { Same, AtRbp, AtCfa, Lost };

  static constexpr uint32_t kBits = 24;

  constexpr Rule() = default;
  constexpr explicit Rule(Cfa cfa) : bits_(cfa) {}
  static constexpr Rule of_bits(uint32_t bits) {
    Rule rule;
    rule.bits_ = bits;
    return rule;
  }

  // For Rsp to AtRbp; `at`: how far from the CFA rbp is, if it is there.  All in bytes.  None if a
  // number does not fit, but rbp's, which is Lost then.
  static constexpr Rule make(Cfa cfa, int64_t offset, int64_t add, Saved rbp, int64_t at) {
    const uint32_t frame = cfa | code(rbp, at) << kRbpAt;
    if ((offset | add) % kWord) return Rule(None);
    const int64_t words = offset / kWord;
    if (cfa == Rsp || cfa == Rbp) {
      if (words < 0 || words >> kOffsetBits || add) return Rule(None);
      return of_bits(frame | static_cast<uint32_t>(words) << kOffsetAt);
    }
    if (words >> (kOffsetBits - kAddBits - 1) != words >> 63 || add < 0 || add / kWord >> kAddBits)
      return Rule(None);
    return of_bits(frame | static_cast<uint32_t>(add / kWord) << kOffsetAt |
                   (static_cast<uint32_t>(words) << (kOffsetAt + kAddBits) & kMask));
  }

  // The rule of the last byte of a function: None for who does not ask for what it holds.  A return
  // address behind that byte is that of a call that never returns, or it is no return address:
  // green threads put the function that shall run when they end on top of their stacks.
  constexpr Rule as_last() const {
    if (cfa() < Rsp || cfa() > AtRbp) return *this;
    const int32_t rest = signed_bits(kOffsetAt);
    const bool fits =
        rest == static_cast<int32_t>(static_cast<uint32_t>(rest) << kHeldShift) >> kHeldShift;
    if (!fits) return Rule(None);
    return of_bits(None | (bits_ & kRbpMask) | static_cast<uint32_t>(cfa() - Rsp) << kOffsetAt |
                   (static_cast<uint32_t>(rest) << kHeldAt & kMask));
  }
  // The rule that as_last() was called for; any other is itself.
  constexpr Rule held() const {
    if (cfa() != None || bits_ == None) return *this;
    return of_bits((Rsp + (bits_ >> kOffsetAt & 3)) | (bits_ & kRbpMask) |
                   (static_cast<uint32_t>(signed_bits(kHeldAt)) << kOffsetAt & kMask));
  }

  constexpr uint32_t bits() const { return bits_; }
  // Unknown or None.
  constexpr bool is_special() const { return ((bits_ + 1) & 6) == 0; }
  constexpr Cfa cfa() const { return static_cast<Cfa>(bits_ & 7); }

  // Of Rsp and Rbp, in bytes.
  constexpr uint64_t offset() const { return bits_ >> kOffsetAt << 3; }
  // Of AtRsp and AtRbp.
  constexpr int64_t indirect_offset() const { return signed_bits(kOffsetAt + kAddBits) * kWord; }
  constexpr uint64_t add() const {
    return (bits_ >> kOffsetAt & ((1u << kAddBits) - 1)) * uint64_t{kWord};
  }

  constexpr Saved rbp() const {
    switch (code()) {
      case 0:
        return Saved::Same;
      case 1:
        return Saved::AtRbp;
      case kLost:
        return Saved::Lost;
      default:
        return Saved::AtCfa;
    }
  }
  // How far below the CFA rbp is, for AtCfa.
  constexpr uint64_t rbp_below() const { return code() * uint64_t{kWord}; }

  friend constexpr bool operator==(Rule, Rule) = default;

 private:
  static constexpr int64_t kWord = 8;
  static constexpr uint32_t kMask = (1u << kBits) - 1;
  static constexpr uint32_t kRbpAt = 3, kLost = 15;
  static constexpr uint32_t kRbpMask = 15u << kRbpAt;
  static constexpr uint32_t kHeldAt = 9, kHeldShift = 32 - (kBits - kHeldAt);
  static constexpr uint32_t kOffsetAt = 7, kOffsetBits = kBits - kOffsetAt, kAddBits = 4;

  // The bits from `at` on, the highest of which is a sign.
  constexpr int32_t signed_bits(uint32_t at) const {
    constexpr uint32_t kUnused = 32 - kBits;
    return static_cast<int32_t>(bits_ << kUnused) >> (kUnused + at);
  }

  constexpr uint32_t code() const { return bits_ >> kRbpAt & 15; }
  static constexpr uint32_t code(Saved rbp, int64_t at) {
    if (rbp == Saved::Same) return 0;
    if (rbp == Saved::AtRbp) return at == 0 ? 1 : kLost;
    const bool fits =
        rbp == Saved::AtCfa && at % kWord == 0 && at <= -2 * kWord && at > -15 * kWord;
    return fits ? static_cast<uint32_t>(-at / kWord) : kLost;
  }

  uint32_t bits_ = 0;
};

}  // namespace thrace::unwind
