// The debug mode (T11): the tracer's invariants, checked as it runs.  A build option,
// THRACE_DEBUG_REENTRANCY; without it nothing of this is left in the code.
#pragma once

#include "core/format/event.h"

namespace thrace::debug {

// Says which invariant is broken, on stderr, and stops the program with SIGILL.
[[noreturn, gnu::visibility("hidden"), gnu::cold]] void fail(const char* what);

// A transition that an event stands for.
struct Transition {
  Event event;
  Status before;
  Status after;
};

// The events that change the status of the G on the M that writes them.
inline constexpr Transition kTransitions[] = {
    {Event::GoStart, Status::Runnable, Status::Running},
    {Event::GoDestroy, Status::Running, Status::None},
    {Event::GoStop, Status::Running, Status::Runnable},
    {Event::GoBlock, Status::Running, Status::Waiting},
    {Event::GoUnblock, Status::Waiting, Status::Running},
    {Event::GoSyscallBegin, Status::Running, Status::Syscall},
    {Event::GoSyscallEnd, Status::Syscall, Status::Running},
    {Event::GoSyscallEndBlocked, Status::Syscall, Status::Running},
    {Event::GoCreateSyscall, Status::None, Status::Syscall},
};

// True if a G may go from `before` to `after` by this event.  An event that is not in the table must
// leave the status as it is.
constexpr bool is_legal(Event event, Status before, Status after) {
  for (const Transition& transition : kTransitions)
    if (transition.event == event) return transition.before == before && transition.after == after;
  return before == after;
}

}  // namespace thrace::debug

#ifdef THRACE_DEBUG_REENTRANCY
#define THRACE_CHECK(condition, what) \
  do {                                \
    if (!(condition)) thrace::debug::fail(what); \
  } while (0)
#else
#define THRACE_CHECK(condition, what) \
  do {                                \
  } while (0)
#endif
