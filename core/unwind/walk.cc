// Walking by rules and by frame pointers.
#include "core/unwind/walk.h"

#include <ucontext.h>

#include <cstddef>

#include "core/unwind/frame_list.h"
#include "core/unwind/learn.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

constexpr uint64_t kWord = 8;
constexpr uint64_t kRedZone = 128;  // below rsp (System V ABI, AMD64, 3.2.2)
constexpr uint64_t kHighestCode = uint64_t{1} << 47;

// For a sanitizer, what lies between a frame's variables is out of bounds; return addresses and
// saved registers lie there.
[[gnu::no_sanitize_address]] uint64_t word_at(uint64_t address) {
  return *reinterpret_cast<const uint64_t*>(address);
}

bool is_code(uint64_t pc) { return pc - kLowestCode < kHighestCode - kLowestCode; }

// Where the stack that holds sp ends, as far as is known.
uint64_t stack_end(uint64_t sp, StackBounds own) {
  return own.contains(sp) ? own.high : sp + kForeignStack;
}

// Goes from the kernel's signal frame to what the signal interrupted.  False if it cannot be read.
bool cross_signal(Frame& frame, uint64_t& end, StackBounds own) {
  const auto* context = reinterpret_cast<const ucontext_t*>(frame.sp);
  constexpr uint64_t kSize = offsetof(ucontext_t, uc_mcontext.gregs) + sizeof(gregset_t);
  if (frame.sp % kWord || frame.sp > end || end - frame.sp < kSize) return false;
  const auto& registers = context->uc_mcontext.gregs;
  const auto sp = static_cast<uint64_t>(registers[REG_RSP]);
  const auto alternate = reinterpret_cast<uint64_t>(context->uc_stack.ss_sp);
  // An alternate stack may lie just below the thread's own, within what is taken for its end.
  const bool same_stack = sp >= frame.sp && sp < end && own.contains(frame.sp) == own.contains(sp);
  if (!same_stack) {
    end = stack_end(sp, own);
    if (!own.contains(sp) && sp - alternate < context->uc_stack.ss_size)
      end = alternate + context->uc_stack.ss_size;
  }
  frame = {.pc = static_cast<uint64_t>(registers[REG_RIP]),
           .sp = sp,
           .bp = static_cast<uint64_t>(registers[REG_RBP]),
           .has_bp = true,
           .interrupted = true};
  return true;
}

// Follows the chain from frame.bp; frame.pc has been written.
Captured walk_chain(const Frame& frame, FrameList& out, StackBounds own) {
  if (!own.contains(frame.sp) || !frame.has_bp) return out.ended(StackEnd::Bounds);
  uint64_t low = frame.sp, bp = frame.bp;
  for (;;) {
    if (bp == 0) return out.ended(StackEnd::Bottom);
    if (bp < low || bp % kWord || bp - low > kMaxFrame || own.high - bp < 2 * kWord ||
        bp > own.high)
      return out.ended(StackEnd::Bounds);
    const uint64_t pc = word_at(bp + kWord);
    if (pc == 0) return out.ended(StackEnd::Bottom);
    if (!is_code(pc)) return out.ended(StackEnd::Bounds);
    if (!out.add(pc)) return out.ended(StackEnd::Depth);
    low = bp + 2 * kWord;
    bp = word_at(bp);
  }
}

}  // namespace

Captured walk(const Frame& first, uint64_t* frames, uint32_t limit, StackBounds own, Mode mode,
              CodeRange by_rules) {
  Frame frame = first;
  FrameList out(frames, limit);
  uint64_t end = stack_end(frame.sp, own);
  for (;;) {
    if (!out.add(frame.pc + frame.interrupted)) return out.ended(StackEnd::Depth);
    if (mode == Mode::FramePointers && !by_rules.contains(frame.pc))
      return walk_chain(frame, out, own);

    const uint64_t pc = frame.pc - !frame.interrupted;
    Rule rule = g_rules.find(pc);
    if (rule.is_special()) [[unlikely]] {
      if (rule.cfa() == Rule::Unknown) rule = learn(pc);
      if (frame.interrupted || end == own.high) rule = rule.held();  // W3
    }

    // True for words on this stack, the frame's red zone included.
    const auto readable = [&](uint64_t address) {
      return address % kWord == 0 && address >= frame.sp - kRedZone && address <= end - kWord;
    };
    uint64_t cfa = frame.sp + rule.offset();
    if (rule.cfa() != Rule::Rsp) {
      switch (rule.cfa()) {
        case Rule::Rbp:
          if (!frame.has_bp) return out.ended(StackEnd::NoRule);
          cfa = frame.bp + rule.offset();
          break;
        case Rule::AtRsp:
        case Rule::AtRbp:
          if (rule.cfa() == Rule::AtRbp && !frame.has_bp) return out.ended(StackEnd::NoRule);
          cfa = (rule.cfa() == Rule::AtRbp ? frame.bp : frame.sp) +
                static_cast<uint64_t>(rule.indirect_offset());
          if (!readable(cfa)) return out.ended(StackEnd::Bounds);
          cfa = word_at(cfa) + rule.add();
          break;
        case Rule::Signal:
          if (!cross_signal(frame, end, own)) return out.ended(StackEnd::Bounds);
          continue;
        case Rule::Bottom:
          return out.ended(StackEnd::Bottom);
        case Rule::Unknown:
          return out.ended(StackEnd::Busy);
        default:
          return out.ended(StackEnd::NoRule);
      }
    }
    // The CFA lies above what the frame has pushed, a return address at least.
    if (cfa % kWord || cfa <= frame.sp || cfa > end) [[unlikely]]
      return out.ended(StackEnd::Bounds);

    switch (rule.rbp()) {
      case Rule::Saved::Same:
        break;
      case Rule::Saved::Lost:
        frame.has_bp = false;
        break;
      case Rule::Saved::AtRbp:
        if (!frame.has_bp) break;
        if (!readable(frame.bp)) return out.ended(StackEnd::Bounds);
        frame.bp = word_at(frame.bp);
        break;
      case Rule::Saved::AtCfa:
        if (!readable(cfa - rule.rbp_below())) return out.ended(StackEnd::Bounds);
        frame.bp = word_at(cfa - rule.rbp_below());
        frame.has_bp = true;
        break;
    }
    frame.pc = word_at(cfa - kWord);
    frame.sp = cfa;
    frame.interrupted = false;
    if (frame.pc == 0) return out.ended(StackEnd::Bottom);
    if (!is_code(frame.pc)) return out.ended(StackEnd::Bounds);
  }
}

}  // namespace thrace::unwind
