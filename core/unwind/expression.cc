// A stack machine whose values are sums of a register and a constant (DWARF 5, 2.5).
#include "core/unwind/expression.h"

namespace thrace::unwind {
namespace {

// clang-format off
enum : uint8_t {  // DW_OP_*
  kDeref = 0x06,
  kConst1u = 0x08, kConst1s, kConst2u, kConst2s, kConst4u, kConst4s, kConst8u, kConst8s,
  kConstu, kConsts,
  kAnd = 0x1a, kMinus = 0x1c, kMul = 0x1e, kPlus = 0x22, kPlusUconst, kShl, kShr,
  kEq = 0x29, kGe, kGt, kLe, kLt, kNe,
  kLit0 = 0x30, kLit31 = 0x4f,
  kBreg0 = 0x70, kBreg31 = 0x8f,
};

// `left` op `right` for two constants.
bool combine(uint8_t op, int64_t left, int64_t right, int64_t& result) {
  const auto a = static_cast<uint64_t>(left), b = static_cast<uint64_t>(right);
  switch (op) {
    case kAnd: result = left & right; return true;
    case kMul: result = static_cast<int64_t>(a * b); return true;
    case kShl: result = b < 64 ? static_cast<int64_t>(a << b) : 0; return true;
    case kShr: result = b < 64 ? static_cast<int64_t>(a >> b) : 0; return true;
    case kEq:  result = left == right; return true;
    case kGe:  result = left >= right; return true;
    case kGt:  result = left > right; return true;
    case kLe:  result = left <= right; return true;
    case kLt:  result = left < right; return true;
    case kNe:  result = left != right; return true;
    default:   return false;
  }
}

// The constant that an operation pushes.
bool constant(uint8_t op, Cursor& code, int64_t& value) {
  switch (op) {
    case kConst1u: value = code.fixed<uint8_t>(); return true;
    case kConst1s: value = code.fixed<int8_t>(); return true;
    case kConst2u: value = code.fixed<uint16_t>(); return true;
    case kConst2s: value = code.fixed<int16_t>(); return true;
    case kConst4u: value = code.fixed<uint32_t>(); return true;
    case kConst4s: value = code.fixed<int32_t>(); return true;
    case kConst8u:
    case kConst8s: value = code.fixed<int64_t>(); return true;
    case kConstu:  value = static_cast<int64_t>(code.uleb()); return true;
    case kConsts:  value = code.sleb(); return true;
    default:       value = op - kLit0; return op >= kLit0 && op <= kLit31;
  }
}
// clang-format on

// Adds to a value, behind its indirection if it has one.  Wraps as the machine does.
void increase(Value& value, uint64_t by) {
  if (value.indirect)
    value.add = static_cast<int32_t>(static_cast<uint32_t>(value.add) + static_cast<uint32_t>(by));
  else
    value.offset = static_cast<int64_t>(static_cast<uint64_t>(value.offset) + by);
}

// left = left op right.
bool apply(uint8_t op, Value& left, const Value& right) {
  if (op == kPlus && left.is_constant()) {
    const auto by = static_cast<uint64_t>(left.offset);
    left = right;
    increase(left, by);
    return true;
  }
  if (!right.is_constant()) return false;
  const auto by = static_cast<uint64_t>(right.offset);
  if (op == kPlus || op == kMinus) {
    increase(left, op == kPlus ? by : -by);
    return true;
  }
  return left.is_constant() && combine(op, left.offset, right.offset, left.offset);
}

}  // namespace

bool evaluate(const Memory& memory, uint64_t begin, uint64_t end, uint64_t pc, Value& result) {
  constexpr uint32_t kDepth = 3;
  Value stack[kDepth];
  uint32_t depth = 0;
  Cursor code(memory, begin, end);
  while (!code.at_end()) {
    const uint8_t op = code.byte();
    Value* const top = depth ? &stack[depth - 1] : nullptr;
    if (op == kDeref) {
      if (!top || top->indirect || top->base == Value::kNoBase) return false;
      top->indirect = true;
    } else if (op == kPlusUconst) {
      if (!top) return false;
      increase(*top, code.uleb());
    } else {
      Value value;
      if (op >= kBreg0 && op <= kBreg31) {
        value.base = op - kBreg0;
        value.offset = code.sleb();
        if (value.base == column::kRip) {
          value.base = Value::kNoBase;
          increase(value, pc);
        }
      } else if (!constant(op, code, value.offset)) {
        if (depth < 2 || !apply(op, stack[depth - 2], *top)) return false;
        depth--;
        continue;
      }
      if (depth == kDepth) return false;
      stack[depth++] = value;
    }
  }
  result = stack[0];
  return code.ok() && depth == 1;
}

}  // namespace thrace::unwind
