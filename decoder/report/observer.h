// What the analyzer hands on: single waits, system calls and wakes, each when all is known of it.
//
// A wait concerns two threads, the one that waits and the one that ends it, and a filter on threads
// or functions may pick either.  So an observer is told of both sides, and takes what its question
// is about.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/format/event.h"
#include "decoder/stacks/stack_table.h"

namespace thrace {

inline constexpr uint32_t kNobody = UINT32_MAX;
inline constexpr uint64_t kNoLatency = UINT64_MAX;

// A wait that is over, or that was open when the trace ended.  Times in ns.
struct EndedWait {
  uint32_t thread = 0;       // index of the ThreadRow
  uint32_t object = 0;       // index of the ObjectRow
  uint32_t waker = kNobody;  // index of the ThreadRow of whoever ended it
  uint64_t owner = 0;        // the tid that held the object; 0: none or not known
  int64_t since = 0;         // of the analysis
  int64_t until = 0;
  uint64_t time = 0;  // how long, as far as it lies in the window of the analysis
  Outcome outcome = Outcome::Woken;
  bool open = false;              // it did not end
  bool join = false;              // for the end of a thread
  bool futile = false;            // the thread went on to wait for the same object (analyzer.h)
  StackId stack = 0;              // of the wait
  StackId release = 0;            // of the Wake that ended it
  uint64_t latency = kNoLatency;  // from that Wake until the thread ran again
  bool picked = true;             // the thread and the stack that waited pass the filter,
  bool waker_picked = false;      // those that ended the wait do
  bool within = true;             // it ended in the window
};

// A system call that is over, or that its thread was in when it or the trace ended.
struct EndedCall {
  uint32_t thread = 0;
  uint64_t number = 0;
  int64_t arg = 0;  // its first argument
  std::string_view target =
      {};  // what that descriptor is, if it is one and that is known: "pipe:[42]"
  int64_t since = 0;
  int64_t until = 0;
  uint64_t time = 0;     // as far as it lies in the window
  uint64_t error = 0;    // errno, or what GoSyscallEnd has besides; 0: none
  bool open = false;     // it did not end: what follows and `error` are not known
  bool blocked = false;  // it took longer than 20 us
  StackId stack = 0;     // of a call that blocked
};

// How long threads waited at a place because of one release.
struct Charge {
  StackId stack = 0;   // of their waits
  uint64_t time = 0;   // ns in the window, of all of them together
  bool picked = true;  // the waits pass the filter
};

// A release, signal or post, with all waits that it ended as far as they did not end too late.
struct EndedWake {
  uint32_t thread = 0;        // index of the ThreadRow
  uint32_t object = kNobody;  // index of the ObjectRow, if a wait for it is in the analysis
  uint64_t address = 0;
  ModuleIndex module = kNoModule;  // that the address lies in
  WakeKind how = WakeKind::None;
  int64_t time = 0;
  uint64_t waiters = 0;              // how many were known to wait when it was written
  uint64_t woken = 0;                // waits that it ended
  uint64_t futile = 0;               // of those
  std::vector<Charge> charges = {};  // what it cost others that it came so late (queue.h)
  StackId stack = 0;
  bool picked = true;  // its thread and its stack pass the filter
  bool within = true;  // it lies in the window

  // ns that others waited for what it gave up; the same, as far as their waits pass the filter.
  uint64_t caused() const { return sum(false); }
  uint64_t caused_to_picked() const { return sum(true); }

 private:
  uint64_t sum(bool picked_only) const {
    uint64_t all = 0;
    for (const Charge& charge : charges)
      if (charge.picked || !picked_only) all += charge.time;
    return all;
  }
};

// Only what passes the filter on objects is handed on.
class Observer {
 public:
  virtual ~Observer() = default;

  // A wait, system call or wake that passes the filter.
  virtual void wait(const EndedWait&) {}
  virtual void call(const EndedCall&) {}
  virtual void wake(const EndedWake&) {}

  // A wait that a thread ended, if one of the two sides passes the filter.
  virtual void woken(const EndedWait&) {}

  // A release that others had waited for in the window, whoever they and it are.
  virtual void released(const EndedWake&) {}
};

}  // namespace thrace
