// Stack capture inside the traced process: the return addresses of the calling thread, innermost
// first, without a call into any library but glibc's `_dl_find_object` and getauxval.
//
// Every function here may be called from any thread and signal handler, at any instruction, on any
// stack, inside another capture.  None locks, allocates, makes a system call or touches errno.
#pragma once

#include <cstdint>

#include "core/format/event.h"

namespace thrace::unwind {

// How the frames are found.
enum class Mode : uint8_t {
  Rules,          // by the unwind tables of the modules: needs no frame pointers, crosses handlers
  FramePointers,  // by the chain of rbp: for programs that keep it
};

// The calling thread's own stack, [low, high); high = 0: not known.
struct StackBounds {
  uint64_t low = 0, high = 0;

  // True if the word at `address` lies inside.
  constexpr bool contains(uint64_t address) const { return address >= low && address < high; }
};

struct Captured {
  uint32_t count;  // of frames written
  StackEnd end;    // why there are no further ones (event_table.h)
};

// Writes at most `limit` frames to `frames`.  The first is the return address into the function
// that calls capture; the frames of this library are among them (whoever names frames leaves them
// out).  If there are more, some in the middle are left out, and a gap (core/format/event.h) stands
// in their place; of a stack with more than kMostWalked frames, the innermost are written.
//
// Each frame is an address behind an instruction under way, as return addresses are: look up the
// address - 1.  For the instruction that a signal interrupted, that is its own address + 1.
//
// Mode::FramePointers finds the frames of this library by rules, and the others only on the
// thread's own known stack (else the stack ends with Bounds).
Captured capture(uint64_t* frames, uint32_t limit, StackBounds own, Mode mode);

// What a wrapper of dlclose calls around the real one (core/unwind/learners.h): until end_unload no
// new rule is learnt, and those learnt before are forgotten at end_unload, unless `gone` is false:
// no module went, or that was done after it went.  Also called, one after the other, by whoever
// finds that a module has gone unannounced.  May be called by several threads at a time.
// begin_unload waits for threads that are learning: microseconds, or about 0.2 s for one that a
// signal handler holds up or has jumped out of.
void begin_unload();
void end_unload(bool gone = true);

// What the child of a fork calls before its first capture: the unloads of the parent's other
// threads do not end here, so what was learnt of their modules is forgotten now.
void after_fork();

}  // namespace thrace::unwind
