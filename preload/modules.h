// The modules of this process: what the dynamic loader has mapped, compared with what was recorded.
//
// Rules
//   L1  dlopen, dlmopen, dlsym and dlvsym look at their return address: the calling module's RPATH,
//       RUNPATH, $ORIGIN, namespace and place in the search order decide what is found.  So their
//       wrappers do not call the real functions, they jump to them, with the program's return
//       address in place (loader.S).  No return address is ever replaced: unwinding and shadow
//       stacks stay right.
//   L2  A load is therefore not seen to end.  The thread that asked for it looks at the list of
//       modules when it next enters one of these wrappers: nearly always in the dlsym that follows.
//       dlclose does not look at its caller: it is called, and the list looked at on both sides.
//       The last look is at exit.  What libc loads by itself is found with the next, or by the
//       collector in the process's maps (core/collector/discovery.h).
//   L3  Looking takes the loader's lock for writing, as loading does.  So it happens at start-up,
//       at exit and in those wrappers alone, and not while a gate is open: never in a handler that
//       interrupts the tracer.
//   L4  One thread looks at a time, and nobody waits for it: whoever comes meanwhile leaves word,
//       and it looks again.  The word is wiped in the child of a fork (T-a), the table is
//       inherited.
//   L5  A module is known once its record is written: what found no room is tried again.
//   L6  The child of a fork has the lock of the loader's list as it was: glibc does not reset that
//       one, and who held it, another thread or the one that forked, is not there as such.  A child
//       looks, then, only if that lock was surely free: its parent had one thread, which was in
//       none of the functions that take the lock, and might look itself.  Of any other child the
//       collector finds what there is (L2).
//   L7  A look that finds a module gone makes the walks forget the rules that were learnt of it
//       (core/unwind/learners.h), whoever has unloaded it.
#pragma once

#include "preload/rules.h"

namespace thrace {

// Records the modules that are there at start.  `executable`: the path of the program, which must
// stay valid; empty: not known, the collector looks it up.  Called once, by the constructor, after
// the tracer was armed.
[[gnu::visibility("hidden")]] void find_modules(const char* executable);

// Records what has been mapped and unmapped since.  See L3 for who may call this.  True if this
// thread has looked, with nothing left for others to see.
[[gnu::visibility("hidden")]] bool update_modules();

// While one lives, its thread is in a function that takes the lock of the loader's list (L6).
class [[gnu::visibility("hidden")]] InsideLoader {
 public:
  InsideLoader();
  ~InsideLoader();
  InsideLoader(const InsideLoader&) = delete;
  InsideLoader& operator=(const InsideLoader&) = delete;
};

// True if a child that the calling thread forks now may look (L6).
[[gnu::visibility("hidden")]] bool child_may_look();

// In the child: nobody looks there until allow_looks().
[[gnu::visibility("hidden")]] bool looks_are_allowed();
[[gnu::visibility("hidden")]] void allow_looks();

}  // namespace thrace
