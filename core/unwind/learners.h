// Who reads the unwind tables of modules, and who takes modules away: a reader must never touch a
// table that is being unmapped, and an unloader must not wait for a reader that never comes back.
//
// Rules
//   U1  A learner claims a slot (its thread's mark in it), then looks whether an unload is under
//       way; an unloader says so, then looks at the slots.  Sequentially consistent, so one of them
//       sees the other.  A learner that sees an unload learns nothing: its walk ends with
//       StackEnd::Busy.
//   U2  A learner reads only while its slot holds its mark, tested before each read (memory.h).
//   U3  An unloader waits for the claims that it finds, at most kPatience, by spinning: a system
//       call could be forbidden to this process.  A learner needs a microsecond, but may be
//       preempted, on a busy machine for tens of milliseconds.  A claim that outlasts the patience
//       belongs to a learner that a signal handler holds up, or has jumped out of: the unloader
//       takes it away (U2).
//   U4  A learner inside another one of the same thread (a signal handler) finds the thread's mark
//       and leaves it in place.  So does one that comes after a jump: the next unload clears the
//       mark.
//   U5  Rules are forgotten before the unload ends, after the module is gone.  In between walks use
//       what was learnt: the stacks of destructors, and of those who wait for them, stay visible.
//   U6  What remains: a learner stopped between test and read (U2) for longer than kPatience; and
//       modules that libc unloads by itself (gconv), which nobody announces: their rules are
//       forgotten when the preload library next looks at the loader's list.  Neither reads what is
//       gone in a program that is right: a thread learns about code on its own stack, and a module
//       is not unloaded under a thread that runs in it.  An old rule at a reused address makes a
//       wrong frame, no wrong access: a walk reads its stack only.
#pragma once

#include <atomic>
#include <cstdint>

namespace thrace::unwind {

class Learners {
 public:
  using Slot = std::atomic<uint64_t>;

  // The right to read tables, if it is given; release it with leave().
  struct Claim {
    Slot* slot = nullptr;  // nullptr: an unload is under way
    uint64_t mark = 0;
    bool nested = false;  // U4
  };
  Claim enter();
  void leave(const Claim& claim);

  void begin_unload();
  void end_unload();

  // True if an unload is under way.
  bool unloading() const { return unloading_.load(std::memory_order_relaxed) != 0; }

  // For the child of a fork: it has one thread, and the unloads of the others will not end there.
  // Its own, if it was made inside of one, is forgotten with them, and end_unload() finds nothing
  // to end.
  void reset();

 private:
  static constexpr uint32_t kSlots = 64;
  static constexpr uint64_t kPatience = uint64_t{1} << 29;  // ticks of the TSC: about 0.2 s

  Claim claim();

  std::atomic<uint32_t> unloading_;
  Slot slots_[kSlots];
};

[[gnu::visibility("hidden")]] extern constinit Learners g_learners;

}  // namespace thrace::unwind
