// What one traced process keeps for itself: the word that arms the tracer, the place of the arena,
// and the few words of each thread.
//
// Rules
//   T-a  `g_wiped` lies on pages that the kernel wipes in a forked child (MADV_WIPEONFORK), so a child
//        starts disarmed with an empty wait table, whatever made it (design: G6).
//   T-b  Nothing in core/tracer calls a function that is wrapped, allocates or locks (design: G4).  The
//        system calls that it makes are few and raw: gettid once per thread, getpid once per fork, and
//        nanosleep where a guest waits for the collector (raw_pause).  Where the TSC is of no use, the
//        time comes from the kernel's code in the program (monotonic.S), which may ask the kernel.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

#include "core/arena/layout.h"
#include "core/tracer/wait_table.h"

#define THRACE_HIDDEN [[gnu::visibility("hidden")]]

namespace thrace {

enum class Armed : uint32_t {
  Wiped = 0,     // never armed, or the child of a fork
  Recording = 1,
  Off = 2,       // this process does not record, now or later
  Claiming = 3,  // a thread is claiming a process slot after a fork
};

// Rule T-a: page-aligned, whole pages, all zero at first.
struct alignas(kPage) Wiped {
  std::atomic<Armed> armed;
  std::atomic<uint32_t> modules;  // who looks at the list of modules (preload/modules.h, L4, L6)
  WaitTable waits;
};

// Survives a fork (copied), is overwritten when the child claims its own slot.
struct Guest {
  char* base = nullptr;            // the arena; nullptr: none
  ArenaHeader* header = nullptr;
  uint32_t process = 0;            // slot
  bool light_fence = false;        // the collector's membarrier makes the gate's fence
  ClockKind clock = ClockKind::Monotonic;
  uint64_t blocked_ticks = 0;      // a system call that took longer counts as blocked: 20 us
  std::atomic<uint32_t> silent_beat{~0u};  // ArenaHeader::beats when waiting for it was given up
  uint32_t stack_depth = 0;        // frames of a call stack; 0: none are taken
  bool frame_pointers = false;     // they are found by frame pointers, not by unwind tables
  uint64_t main_stack_low = 0;     // bounds of the initial thread's stack
  uint64_t main_stack_high = 0;
};

// The words of a thread (G1: initial-exec, below 128 bytes).
struct Local {
  Thread* m = nullptr;
  uint32_t muted = 0;     // > 0: this thread's calls pass through (vfork's child, a failed attach)
  uint32_t slot = 0;      // of m
  uint32_t nested = 0;    // gates open inside the outermost one
  bool telling_lost = false;  // the Lost of m is being written
  uint64_t woken_by = 0;  // the stamp that ended this thread's last wait; none ends two
  void* once_wait = nullptr;  // the innermost pthread_once under way (OnceCall of preload/once.cc)
};

// The kernel's clock_gettime in this program (vDSO), or nullptr: set before it records (monotonic.S).
using KernelClock = int (*)(int clock, timespec* time);
extern "C" THRACE_HIDDEN KernelClock thrace_kernel_clock;

THRACE_HIDDEN extern Wiped g_wiped;
THRACE_HIDDEN extern Guest g_guest;
THRACE_HIDDEN extern constinit thread_local Local t_local [[gnu::tls_model("initial-exec")]];

inline Thread& thread_of(uint32_t slot) { return arena_thread(g_guest.base, slot); }

}  // namespace thrace
