// Runs an entry's instructions up to an address and packs the row that holds there (DWARF 5, 6.4).
#include "core/unwind/cfi.h"

#include "core/unwind/cursor.h"
#include "core/unwind/expression.h"

namespace thrace::unwind {
namespace {

// DW_CFA_*; the upper two bits of the first three are the instruction, the lower six an operand.
enum : uint8_t {
  kAdvance = 0x40,
  kOffset = 0x80,
  kRestore = 0xc0,
  kOperand = 0x3f,
  kNop = 0x00,
  kSetLocation,
  kAdvance1,
  kAdvance2,
  kAdvance4,
  kOffsetExtended,
  kRestoreExtended,
  kUndefined,
  kSameValue,
  kRegister,
  kRememberState,
  kRestoreState,
  kDefCfa,
  kDefCfaRegister,
  kDefCfaOffset,
  kDefCfaExpression,
  kExpression,
  kOffsetExtendedSf,
  kDefCfaSf,
  kDefCfaOffsetSf,
  kValOffset,
  kValOffsetSf,
  kValExpression,
  kGnuArgsSize = 0x2e,
  kGnuNegativeOffset = 0x2f,
};

constexpr uint32_t kRemembered = 8;
constexpr int64_t kWord = 8;

enum class Return : uint8_t { Elsewhere, BelowCfa, Undefined };

// What is known about the caller's registers at one address.  12 bytes: eight rows are remembered
// on somebody else's stack.
struct Row {
  int32_t offset = 0;  // of the CFA; kept where another register is its base
  int32_t rbp_at = 0;
  uint8_t add = 0;
  Rule::Cfa cfa = Rule::Cfa::None;
  Rule::Rbp rbp = Rule::Rbp::Same;
  Return ret = Return::Elsewhere;
};

// What no rule can express anyway may as well be the largest number.
int32_t saturated(int64_t value) {
  if (value > INT32_MAX) return INT32_MAX;
  return value < INT32_MIN ? INT32_MIN : static_cast<int32_t>(value);
}
bool fits(int32_t value) { return value > INT32_MIN && value < INT32_MAX; }

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
    if (entry_.signal_frame) return {.cfa = Rule::Cfa::Signal};
    if (row_.ret == Return::Undefined) return {.cfa = Rule::Cfa::Bottom};
    Rule rule{.cfa = Rule::Cfa::None};
    if (row_.ret != Return::BelowCfa || row_.cfa == Rule::Cfa::None || !fits(row_.offset))
      return rule;
    rule.cfa = row_.cfa;
    rule.offset = row_.offset;
    rule.add = row_.add;
    rule.rbp = row_.rbp;
    const int32_t words = row_.rbp_at / kWord;
    if (row_.rbp_at % kWord || words < INT8_MIN || words > INT8_MAX)
      rule.rbp = Rule::Rbp::Lost;
    else if (row_.rbp == Rule::Rbp::AtCfa || row_.rbp == Rule::Rbp::AtRbp)
      rule.words = static_cast<int8_t>(words);
    return rule;
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

  void set_cfa_register(uint64_t number) {
    row_.cfa = number == column::kRsp   ? Rule::Cfa::Rsp
               : number == column::kRbp ? Rule::Cfa::Rbp
                                        : Rule::Cfa::None;
  }

  bool define_cfa(uint8_t op, Cursor& code) {
    switch (op) {
      case kDefCfa:
        set_cfa_register(code.uleb());
        row_.offset = saturated(static_cast<int64_t>(code.uleb()));
        return true;
      case kDefCfaSf:
        set_cfa_register(code.uleb());
        row_.offset = saturated(factored(code.sleb()));
        return true;
      case kDefCfaRegister:
        set_cfa_register(code.uleb());
        return true;
      case kDefCfaOffset:
        row_.offset = saturated(static_cast<int64_t>(code.uleb()));
        return true;
      case kDefCfaOffsetSf:
        row_.offset = saturated(factored(code.sleb()));
        return true;
      case kDefCfaExpression: {
        Value value;
        row_.cfa = Rule::Cfa::None;
        if (!expression(code, value)) return true;
        if (!value.indirect) {
          if (value.base != Value::kNoBase) set_cfa_register(value.base);
        } else if (value.add >= 0 && value.add <= UINT8_MAX) {
          row_.add = static_cast<uint8_t>(value.add);
          if (value.base == column::kRsp) row_.cfa = Rule::Cfa::AtRsp;
          if (value.base == column::kRbp) row_.cfa = Rule::Cfa::AtRbp;
        }
        row_.offset = saturated(value.offset);
        return true;
      }
      default:
        return false;
    }
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
      case kRestoreExtended:
        restore(code.uleb());
        return true;
      default:
        break;
    }
    if (op < kOffsetExtended || (op > kValExpression && op != kGnuNegativeOffset)) return false;
    const uint64_t number = code.uleb();
    switch (op) {
      case kOffsetExtended:
        at_cfa(number, factored(static_cast<int64_t>(code.uleb())));
        return true;
      case kOffsetExtendedSf:
        at_cfa(number, factored(code.sleb()));
        return true;
      case kGnuNegativeOffset:
        at_cfa(number, factored(static_cast<int64_t>(-code.uleb())));
        return true;
      case kUndefined:
        set(number, Rule::Rbp::Lost, 0, Return::Undefined);
        return true;
      case kSameValue:
        set(number, Rule::Rbp::Same, 0, Return::Elsewhere);
        return true;
      case kRegister:
      case kValOffset:
        code.uleb();
        break;
      case kValOffsetSf:
        code.sleb();
        break;
      case kValExpression:
        code.skip(code.uleb());
        break;
      case kExpression: {
        Value value;
        if (expression(code, value) && !value.indirect && value.base == column::kRbp) {
          set(number, Rule::Rbp::AtRbp, value.offset, Return::Elsewhere);
          return true;
        }
        break;
      }
      default:
        return false;
    }
    set(number, Rule::Rbp::Lost, 0, Return::Elsewhere);
    return true;
  }

  void at_cfa(uint64_t number, int64_t offset) {
    set(number, Rule::Rbp::AtCfa, offset, offset == -kWord ? Return::BelowCfa : Return::Elsewhere);
  }

  // Of the registers only rbp and rip are followed: the one becomes `rbp`, or the other `ret`.
  void set(uint64_t number, Rule::Rbp rbp, int64_t at, Return ret) {
    if (number == column::kRip) row_.ret = ret;
    if (number != column::kRbp) return;
    row_.rbp = rbp;
    row_.rbp_at = saturated(at);
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

Rule rule_for(const Memory& memory, uint64_t header, uint64_t pc) {
  Entry entry;
  if (!find_entry(memory, header, pc, entry)) return {.cfa = Rule::Cfa::None};
  Interpreter interpreter(memory, entry, pc);
  if (!interpreter.run()) return {.cfa = Rule::Cfa::None};
  return interpreter.rule();
}

}  // namespace thrace::unwind
