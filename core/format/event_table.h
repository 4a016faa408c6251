// The event table: the one place where an event's number, name, arguments and meaning are written.
//
// The encoder, the decoder, the text form, `trace-decode events`, the table of the format page and
// the round-trip tests all come from it.
//
// Rules of the table
//   E1  A number is on disk for ever: it is never changed and never used again.
//   E2  The first argument fits into 32 bits (it travels in the header word of an arena record);
//       each further argument of an arena record is one 64-bit word.
//   E3  String arguments are the last ones.  In the arena their bytes stand inline, each text ended by
//       a NUL and the last one zero-padded to a word; in the file they are ids of Strings of the same
//       generation.
//   E4  Bit 7 of the type byte says that a stack comes with the event.  In the file the id of a Stack
//       of the same generation follows the arguments.  In the arena a word follows them, StackEnd << 32
//       | number of frames, and then the frames, innermost first; such an event has no String.
//
// Numbers that are reserved for the families still to come:
//   0x10-0x1f  ProcsChange, ProcStart, ProcStop, ProcSteal, ProcStatus
//   0x21 GoCreateBlocked  0x28 GoSwitch  0x29 GoSwitchDestroy
//   0x40-0x4f  ranges     0x50-0x57 memory   0x59-0x5f user annotations
//   0x60-0x67  samples    0x68-0x7f experiments
#pragma once

// X(number, Name, writer, args, doc)
//   writer  Guest: an arena record (the collector may write it on behalf of an M that cannot);
//           Collector: written by the collector alone.
//   args    A(name, type) ...; the types are those of ArgType.
//
// clang-format off
#define THRACE_EVENTS(X)                                                                              \
  X(0x01, String, Collector, A(id, Uint) A(text, Bytes),                                              \
    "interned text; ids count from 1 within a generation, 0 is the empty string")                     \
  X(0x02, Thread, Collector, A(m, Thread) A(tid, Uint) A(name, String),                               \
    "the kernel thread id of an M and its name as the kernel has it (empty: not known)")              \
  X(0x03, ClockSnapshot, Collector, A(frequency, Uint) A(mono, Uint) A(wall, Uint),                   \
    "ticks per second; CLOCK_MONOTONIC and CLOCK_REALTIME in ns at the time of this event")           \
  X(0x04, EndOfGeneration, Collector, A(reason, End),                                                 \
    "the last event of a generation")                                                                 \
  X(0x05, Lost, Guest, A(count, Uint) A(from, Time) A(to, Time),                                      \
    "this M could not record count events between two times; the status that follows is the truth; "  \
    "count 0: a jump out of a signal handler abandoned a record before it was whole")                 \
  X(0x06, Stack, Collector, A(id, Uint) A(end, StackEnd) A(frames, Frames),                           \
    "an interned stack, innermost frame first, and why it ends where it does; ids count from 1 "      \
    "within a generation.  Frames are return addresses; where a signal interrupted a frame, the "     \
    "address of the instruction plus 1; a frame below 0x1000 is no address: so many frames were "     \
    "left out there")                                                                                 \
  X(0x07, Module, Guest,                                                                              \
    A(id, Uint) A(bias, Address) A(start, Address) A(end, Address) A(inode, Uint)                     \
    A(build, String) A(path, String),                                                                 \
    "a file is mapped for execution: its build-id (hex), its place in memory, and what to add to an " \
    "address of the file; in a batch of M 0: it has been there since before the generation")          \
  X(0x08, ModuleGone, Guest, A(id, Uint),                                                             \
    "the module with this id was unmapped")                                                           \
  X(0x09, Unseen, Collector, A(threads, Uint) A(processes, Uint),                                     \
    "so many threads and processes of the session have run unrecorded so far, for lack of room")      \
  X(0x0a, ThreadStack, Collector,                                                                     \
    A(m, Thread) A(low, Address) A(high, Address) A(self, Address),                                   \
    "what is M m's own: its stack, from low to below high (0, 0: not known), and for a thread that "  \
    "the program created the thread-local variables at the top of it; self is its pthread_t")         \
  X(0x0b, Descriptor, Collector, A(fd, Uint) A(target, String),                                       \
    "what the collector found behind a file descriptor that a system call of the generation names")   \
                                                                                                      \
  X(0x20, GoCreate, Guest, A(g, Task) A(start, Address),                                              \
    "the running G creates g, which will run the routine at start; g is runnable")                    \
  X(0x22, GoStart, Guest, A(g, Task),                                                                 \
    "g, runnable, runs on this M from here on")                                                       \
  X(0x23, GoDestroy, Guest, A(g, Task),                                                               \
    "the running G ends")                                                                             \
  X(0x24, GoStop, Guest, A(reason, Stop),                                                             \
    "the running G gives up the CPU and stays runnable")                                              \
  X(0x25, GoBlock, Guest, A(reason, Wait) A(object, Address) A(owner, Uint),                          \
    "the running G waits for object; owner is the tid that holds it (0: none or not known)")          \
  X(0x26, GoUnblock, Guest, A(outcome, Outcome) A(waker, Thread) A(age, Uint) A(seq, Uint),           \
    "this M's waiting G runs again: woken by M waker (0: not known), by its Wake seq of the "         \
    "generation age before this one; seq 0: the waker is known, its Wake is not")                     \
  X(0x27, GoStatus, Guest,                                                                            \
    A(g, Task) A(status, Status) A(detail, Uint) A(object, Address) A(owner, Uint) A(since, Time),    \
    "the state of g before its first event of the generation; detail is the Wait reason or the "      \
    "system call number, object the object or the call's first argument")                             \
  X(0x2a, GoLabel, Guest, A(g, Task) A(name, String),                                                 \
    "g has this name from here on")                                                                   \
  X(0x2b, GoCreateFailed, Guest, A(g, Task) A(error, Uint),                                           \
    "the creation of g failed with this errno; g is gone and never ran")                              \
                                                                                                      \
  X(0x30, GoSyscallBegin, Guest, A(number, Syscall) A(arg, Int),                                      \
    "the running G enters an interposed system call; arg is its first argument")                      \
  X(0x31, GoSyscallEnd, Guest, A(error, Uint) A(result, Int),                                         \
    "the call returned within 20 us; error 512: a signal handler interrupts it with traced calls, "   \
    "it goes on afterwards; 513: it was left by cancellation, an exception or a long jump")           \
  X(0x32, GoSyscallEndBlocked, Guest, A(error, Uint) A(result, Int),                                  \
    "the call returned after more than 20 us")                                                        \
  X(0x33, GoCreateSyscall, Guest, A(g, Task),                                                         \
    "a thread that thrace did not see being created makes its first traced call, as g, in the "       \
    "state Syscall")                                                                                  \
  X(0x34, GoDestroySyscall, Guest, A(g, Task),                                                        \
    "the thread that ran g is gone; it left without a GoDestroy")                                     \
                                                                                                      \
  X(0x38, Wake, Guest, A(how, Wake) A(object, Address) A(seq, Uint) A(waiters, Uint),                 \
    "this M releases, signals or posts object, as its Wake number seq of the generation (from 1); "   \
    "waiters: how many were known to wait")                                                           \
  X(0x39, WakeStack, Guest, A(seq, Uint) A(age, Uint),                                                \
    "the stack that comes with this event is that of this M's Wake seq of the generation age before " \
    "this one: it is taken after the release")                                                        \
                                                                                                      \
  X(0x58, ObjectName, Guest, A(size, Uint) A(object, Address) A(name, String),                        \
    "the program calls the size bytes from object on by this name (empty: no longer); in a batch of " \
    "M 0: it has done so since before the generation")

// Values that are on disk: append only, never renumber (E1).  V(number, name, text)
#define THRACE_STATUSES(V)                                                     \
  V(1, Runnable, "runnable") V(2, Running, "running") V(3, Syscall, "syscall") \
  V(4, Waiting, "waiting")

#define THRACE_WAITS(V)                                                                 \
  V(1, Mutex, "mutex") V(2, RwlockRead, "rwlock-read") V(3, RwlockWrite, "rwlock-write") \
  V(4, Spin, "spin") V(5, Cond, "cond") V(6, Semaphore, "sem") V(7, Barrier, "barrier")  \
  V(8, Once, "once") V(9, Join, "join") V(10, Futex, "futex") V(11, FutexPi, "futex-pi")

#define THRACE_OUTCOMES(V)                                                                    \
  V(0, Woken, "woken")            /* got what it waited for */                                \
  V(1, Timeout, "timeout")        /* the time given by the program was over */                \
  V(2, Signal, "signal")          /* EINTR */                                                 \
  V(3, Changed, "changed")        /* a futex word no longer had the expected value: no wait */ \
  V(4, OwnerDied, "owner-died")   /* acquired from a dead owner (EOWNERDEAD) */               \
  V(5, Error, "error")            /* any other failure of the call */                         \
  V(6, Abandoned, "abandoned")    /* left by cancellation, an exception or a long jump */     \
  V(7, Interrupted, "interrupted") /* a signal handler runs traced code; the wait goes on */  \
  V(8, Last, "last")              /* the last to arrive at a barrier: it woke the others */

#define THRACE_WAKES(V)                                                              \
  V(1, Unlock, "unlock") V(2, Signal, "signal") V(3, Broadcast, "broadcast")          \
  V(4, Post, "post") V(5, Exit, "exit") V(6, Futex, "futex") V(7, Requeue, "requeue") \
  V(8, Arrive, "arrive") V(9, Done, "done")

#define THRACE_STOPS(V) V(1, Yield, "yield")

#define THRACE_ENDS(V)                                                         \
  V(1, Next, "next")         /* another generation follows */                  \
  V(2, Exit, "exit")         /* the process is gone */                         \
  V(3, Exec, "exec")         /* the image was replaced by another */           \
  V(4, Closed, "closed")     /* the collector was told to stop */              \
  V(5, Salvaged, "salvaged") /* read from the arena of a collector that died */

#define THRACE_STACK_ENDS(V)                                                          \
  V(1, Bottom, "bottom")  /* the outermost frame of the thread */                      \
  V(2, Depth, "depth")    /* there are more frames than were wanted */                 \
  V(3, NoRule, "no-rule") /* code without unwind tables: generated code, assembly */   \
  V(4, Bounds, "bounds")  /* the next frame would lie outside of the stack */          \
  V(5, Busy, "busy")      /* a module was being unloaded, its tables were off limits */
// clang-format on
