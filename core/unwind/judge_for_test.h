// elfutils as the judge of rules: what its interpreter of unwind tables says about a frame, in
// numbers for one invented set of registers and memory.
#pragma once

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace thrace::unwind {

// The invented machine.
inline uint64_t invented_register(uint64_t column) { return 0x7f0000000000 + (column << 24); }
inline uint64_t invented_word(uint64_t address) {
  return 0x7e0000000000 + ((address * 0x9E3779B97F4A7C15u >> 30) & ~uint64_t{7});
}

// Where a register of the caller is.
struct Location {
  enum class Kind { Same, Undefined, InMemory, Elsewhere } kind = Kind::Elsewhere;
  uint64_t address = 0;
};

struct Verdict {
  uint64_t begin = 0, end = 0;  // the code for which the row holds
  bool signal = false;
  std::optional<uint64_t> cfa;   // none: an operation that this judge does not know
  bool cfa_by_register = false;  // base + offset
  uint64_t cfa_column = 0;       // of its base, if so
  Location rbp, rip;
};

class Judge {
 public:
  explicit Judge(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    elf_version(EV_CURRENT);
    elf_ = elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
    if (elf_) cfi_ = dwarf_getcfi_elf(elf_);
  }
  ~Judge() {
    if (cfi_) dwarf_cfi_end(cfi_);
    if (elf_) elf_end(elf_);
    if (fd_ >= 0) close(fd_);
  }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  bool ok() const { return cfi_ != nullptr; }

  // About the code at an address of the file.
  std::optional<Verdict> about(uint64_t pc) const {
    Dwarf_Frame* frame = nullptr;
    if (dwarf_cfi_addrframe(cfi_, pc, &frame) != 0) return std::nullopt;
    Verdict verdict;
    dwarf_frame_info(frame, &verdict.begin, &verdict.end, &verdict.signal);
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (dwarf_frame_cfa(frame, &ops, &count) == 0 && count) {
      verdict.cfa = evaluate(ops, count, pc, 0);
      const bool bregx = ops[0].atom == DW_OP_bregx;
      if (count == 1 && (bregx || (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31))) {
        verdict.cfa_by_register = true;
        verdict.cfa_column = bregx ? ops[0].number : ops[0].atom - DW_OP_breg0;
      }
    }
    verdict.rbp = locate(frame, 6, pc, verdict.cfa.value_or(0));
    verdict.rip = locate(frame, 16, pc, verdict.cfa.value_or(0));
    free(frame);
    return verdict;
  }

 private:
  static Location locate(Dwarf_Frame* frame, int column, uint64_t pc, uint64_t cfa) {
    Dwarf_Op room[3];
    Dwarf_Op* ops = nullptr;
    size_t count = 0;
    if (dwarf_frame_register(frame, column, room, &ops, &count) != 0) return {};
    if (count == 0) return {ops ? Location::Kind::Undefined : Location::Kind::Same};
    const auto last = ops[count - 1].atom;
    if (last == DW_OP_stack_value || last == DW_OP_regx ||
        (last >= DW_OP_reg0 && last <= DW_OP_reg31))
      return {};
    const auto address = evaluate(ops, count, pc, cfa);
    if (!address) return {};
    return {Location::Kind::InMemory, *address};
  }

  static std::optional<uint64_t> evaluate(const Dwarf_Op* ops, size_t count, uint64_t pc,
                                          uint64_t cfa) {
    std::vector<uint64_t> stack;
    const auto pop = [&] {
      const uint64_t top = stack.empty() ? 0 : stack.back();
      if (!stack.empty()) stack.pop_back();
      return top;
    };
    const auto value = [&](uint64_t column) {
      return column == 16 ? pc : invented_register(column);
    };
    for (size_t i = 0; i < count; i++) {
      const Dwarf_Op& op = ops[i];
      if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
        stack.push_back(value(op.atom - DW_OP_breg0) + op.number);
      } else if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) {
        stack.push_back(op.atom - DW_OP_lit0);
      } else if (op.atom == DW_OP_bregx) {
        stack.push_back(value(op.number) + op.number2);
      } else if (op.atom == DW_OP_call_frame_cfa) {
        stack.push_back(cfa);
      } else if (op.atom == DW_OP_plus_uconst) {
        stack.push_back(pop() + op.number);
      } else if (op.atom == DW_OP_deref) {
        stack.push_back(invented_word(pop()));
      } else {
        const uint64_t right = pop(), left = pop();
        switch (op.atom) {
          case DW_OP_plus:
            stack.push_back(left + right);
            break;
          case DW_OP_and:
            stack.push_back(left & right);
            break;
          case DW_OP_shl:
            stack.push_back(left << right);
            break;
          case DW_OP_mul:
            stack.push_back(left * right);
            break;
          case DW_OP_ge:
            stack.push_back(static_cast<int64_t>(left) >= static_cast<int64_t>(right));
            break;
          default:
            return std::nullopt;
        }
      }
    }
    if (stack.empty()) return std::nullopt;
    return stack.back();
  }

  int fd_;
  Elf* elf_ = nullptr;
  Dwarf_CFI* cfi_ = nullptr;
};

}  // namespace thrace::unwind
