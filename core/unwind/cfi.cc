// Runs an entry's instructions up to an address and packs the row that holds there (DWARF 5, 6.4).
#include "core/unwind/cfi.h"

#include <limits>

#include "core/unwind/cursor.h"
#include "core/unwind/expression.h"

namespace thrace::unwind {
namespace {

// clang-format off
enum : uint8_t {  // DW_CFA_*; of the first three the lower six bits are an operand
  kAdvance = 0x40, kOffset = 0x80, kRestore = 0xc0, kOperand = 0x3f,
  kNop = 0x00, kSetLocation, kAdvance1, kAdvance2, kAdvance4, kOffsetExtended, kRestoreExtended,
  kUndefined, kSameValue, kRegister, kRememberState, kRestoreState, kDefCfa, kDefCfaRegister,
  kDefCfaOffset, kDefCfaExpression, kExpression, kOffsetExtendedSf, kDefCfaSf, kDefCfaOffsetSf,
  kValOffset, kValOffsetSf, kValExpression,
  kGnuArgsSize = 0x2e, kGnuNegativeOffset = 0x2f,
};
// clang-format on

constexpr uint32_t kRemembered = 8;
constexpr int64_t kWord = 8;
constexpr int64_t kNoOffset = INT64_MAX;  // more than any rule can have

enum class Return : uint8_t { Elsewhere, BelowCfa, Undefined };

// What is known about the caller's registers at one address.  8 bytes: rows are remembered on
// somebody else's stack.
struct Row {
  int32_t offset = 0;  // of the CFA; kept while another register is its base
  int16_t rbp_at = 0;  // from the CFA or from rbp
  uint8_t add = 0;
  Rule::Cfa cfa : 3 = Rule::None;
  Rule::Saved rbp : 2 = Rule::Saved::Same;
  Return ret : 2 = Return::Elsewhere;
};
static_assert(sizeof(Row) == 8);

// What no rule can express may as well be the nearest number that T can, which no rule expresses
// either.
template <typename T>
T saturated(int64_t value) {
  constexpr T kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  return value < kLow ? kLow : value > kHigh ? kHigh : static_cast<T>(value);
}

class Interpreter {
 public:
  Interpreter(const Memory& memory, const Entry& entry, uint64_t pc)
      : memory_(memory), entry_(entry), pc_(pc) {}

  bool run() {
    location_ = 0;
    if (!run(entry_.cie_program, entry_.cie_program_end)) return false;
    initial_ = row_;
    location_ = entry_.begin;
    return run(entry_.program, entry_.program_end);
  }

  Rule rule() const {
    if (entry_.signal_frame) return Rule(Rule::Signal);
    if (row_.ret == Return::Undefined) return Rule(Rule::Bottom);
    if (row_.ret != Return::BelowCfa || row_.cfa == Rule::None) return Rule(Rule::None);
    return Rule::make(row_.cfa, row_.offset, row_.add, row_.rbp, row_.rbp_at);
  }

 private:
  // Until the end, or until the row of pc is complete.
  bool run(uint64_t begin, uint64_t end) {
    Cursor code(memory_, begin, end);
    while (!code.at_end()) {
      if (++steps_ > kMaxInstructions) return false;
      const uint8_t op = code.byte();
      uint64_t next = location_;
      if (advances(op, code, next)) {
        if (next > pc_) return code.ok();
        location_ = next;
      } else if (!define_cfa(op, code) && !define_register(op, code)) {
        return false;
      }
    }
    return code.ok();
  }

  bool advances(uint8_t op, Cursor& code, uint64_t& next) const {
    uint64_t delta;
    if ((op & ~kOperand) == kAdvance)
      delta = op & kOperand;
    else if (op == kAdvance1)
      delta = code.fixed<uint8_t>();
    else if (op == kAdvance2)
      delta = code.fixed<uint16_t>();
    else if (op == kAdvance4)
      delta = code.fixed<uint32_t>();
    else if (op == kSetLocation) {
      next = code.encoded(entry_.pointer_encoding);
      return true;
    } else
      return false;
    next += delta * entry_.code_align;
    return true;
  }

  int64_t factored(int64_t value) const {
    return static_cast<int64_t>(static_cast<uint64_t>(value) *
                                static_cast<uint64_t>(entry_.data_align));
  }

  void set_cfa(uint64_t base, int64_t offset) {
    row_.cfa = base == column::kRsp ? Rule::Rsp : base == column::kRbp ? Rule::Rbp : Rule::None;
    row_.offset = saturated<int32_t>(offset);
    row_.add = 0;
  }
  void set_cfa_offset(int64_t offset) { row_.offset = saturated<int32_t>(offset); }

  // Another register with the same offset; an expression has none to keep (DWARF 5, 6.4.2.2).
  void set_cfa_register(uint64_t base) {
    const bool indirect = row_.cfa == Rule::AtRsp || row_.cfa == Rule::AtRbp;
    set_cfa(base, indirect ? kNoOffset : row_.offset);
  }

  void set_cfa_by_expression(Cursor& code) {
    Value value;
    if (!expression(code, value)) value = {.offset = kNoOffset};
    set_cfa(value.base, value.offset);
    if (!value.indirect || row_.cfa == Rule::None) return;
    row_.cfa = row_.cfa == Rule::Rsp ? Rule::AtRsp : Rule::AtRbp;
    row_.add = value.add < 0 ? UINT8_MAX : saturated<uint8_t>(value.add);
  }

  bool define_cfa(uint8_t op, Cursor& code) {
    const uint64_t base =
        op == kDefCfa || op == kDefCfaSf || op == kDefCfaRegister ? code.uleb() : 0;
    // clang-format off
    switch (op) {
      case kDefCfa:           set_cfa(base, static_cast<int64_t>(code.uleb())); return true;
      case kDefCfaSf:         set_cfa(base, factored(code.sleb())); return true;
      case kDefCfaRegister:   set_cfa_register(base); return true;
      case kDefCfaOffset:     set_cfa_offset(static_cast<int64_t>(code.uleb())); return true;
      case kDefCfaOffsetSf:   set_cfa_offset(factored(code.sleb())); return true;
      case kDefCfaExpression: set_cfa_by_expression(code); return true;
      default:                return false;
    }
    // clang-format on
  }

  bool define_register(uint8_t op, Cursor& code) {
    switch (op & ~kOperand) {
      case kOffset:
        at_cfa(op & kOperand, factored(static_cast<int64_t>(code.uleb())));
        return true;
      case kRestore:
        restore(op & kOperand);
        return true;
      default:
        break;
    }
    switch (op) {
      case kNop:
        return true;
      case kGnuArgsSize:
        code.uleb();
        return true;
      case kRememberState:
        if (remembered_ == kRemembered) return false;
        saved_[remembered_++] = row_;
        return true;
      case kRestoreState:
        if (remembered_ == 0) return false;
        row_ = saved_[--remembered_];
        return true;
      default:
        return define_numbered(op, code);
    }
  }

  // The instructions that begin with the register's number.
  bool define_numbered(uint8_t op, Cursor& code) {
    if (op < kOffsetExtended || (op > kValExpression && op != kGnuNegativeOffset)) return false;
    const uint64_t number = code.uleb();
    Value value;
    // clang-format off
    switch (op) {
      case kRestoreExtended:   restore(number); return true;
      case kOffsetExtended:    at_cfa(number, factored(static_cast<int64_t>(code.uleb()))); return true;
      case kOffsetExtendedSf:  at_cfa(number, factored(code.sleb())); return true;
      case kGnuNegativeOffset: at_cfa(number, factored(static_cast<int64_t>(-code.uleb()))); return true;
      case kUndefined:         set(number, Rule::Saved::Lost, 0, Return::Undefined); return true;
      case kSameValue:         set(number, Rule::Saved::Same, 0, Return::Elsewhere); return true;
      case kRegister:
      case kValOffset:         code.uleb(); break;
      case kValOffsetSf:       code.sleb(); break;
      case kValExpression:     code.skip(code.uleb()); break;
      case kExpression:
        if (!expression(code, value) || value.indirect || value.base != column::kRbp) break;
        set(number, Rule::Saved::AtRbp, value.offset, Return::Elsewhere);
        return true;
      default:                 return false;
    }
    // clang-format on
    set(number, Rule::Saved::Lost, 0, Return::Elsewhere);
    return true;
  }

  void at_cfa(uint64_t number, int64_t offset) {
    set(number, Rule::Saved::AtCfa, offset,
        offset == -kWord ? Return::BelowCfa : Return::Elsewhere);
  }

  // Only rbp and rip are followed: the one becomes `rbp`, or the other `ret`.
  void set(uint64_t number, Rule::Saved rbp, int64_t at, Return ret) {
    if (number == column::kRip) row_.ret = ret;
    if (number != column::kRbp) return;
    row_.rbp = rbp;
    row_.rbp_at = saturated<int16_t>(at);
  }

  void restore(uint64_t number) {
    if (number == column::kRip) row_.ret = initial_.ret;
    if (number != column::kRbp) return;
    row_.rbp = initial_.rbp;
    row_.rbp_at = initial_.rbp_at;
  }

  // Reads a block and evaluates it.
  bool expression(Cursor& code, Value& value) const {
    const uint64_t size = code.uleb();
    const uint64_t begin = code.at();
    code.skip(size);
    return code.ok() && evaluate(memory_, begin, begin + size, pc_, value);
  }

  const Memory& memory_;
  const Entry& entry_;
  const uint64_t pc_;
  uint64_t location_ = 0;
  uint32_t steps_ = 0;
  uint32_t remembered_ = 0;
  Row row_, initial_;
  Row saved_[kRemembered];
};

}  // namespace

Rule rule_for(const Memory& memory, uint64_t header, uint64_t pc, bool& last) {
  Entry entry;
  last = false;
  if (!find_entry(memory, header, pc, entry)) return Rule(Rule::None);
  last = pc + 1 == entry.end;
  Interpreter interpreter(memory, entry, pc);
  if (!interpreter.run()) return Rule(Rule::None);
  return interpreter.rule();
}

}  // namespace thrace::unwind
