// What the analyzer hands on: single waits, system calls and wakes, each when all is known of it.
#pragma once

#include <cstdint>

#include "core/format/event.h"
#include "decoder/stacks/stack_table.h"

namespace thrace {

inline constexpr uint32_t kNobody = UINT32_MAX;

// A wait that is over, or that was open when the trace ended.  Times in ns.
struct EndedWait {
  uint32_t thread = 0;       // index of the ThreadRow
  uint32_t object = 0;       // index of the ObjectRow
  uint32_t waker = kNobody;  // index of the ThreadRow of whoever ended it
  uint64_t owner = 0;        // the tid that held the object; 0: none or not known
  int64_t since = 0;         // of the analysis
  uint64_t time = 0;         // how long, as far as it lies in the window of the analysis
  Outcome outcome = Outcome::Woken;
  bool open = false;    // it did not end
  bool futile = false;  // the thread went on to wait for the same object (analyzer.h)
  StackId stack = 0;    // of the wait
  StackId release = 0;  // of the Wake that ended it
};

// A system call that blocked.
struct EndedCall {
  uint32_t thread = 0;
  uint64_t number = 0;
  uint64_t time = 0;
  StackId stack = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void wait(const EndedWait&) {}
  virtual void call(const EndedCall&) {}

  // A thread (index of its ThreadRow) woke others; its stack at that time comes later, if at all.
  virtual void wake(uint32_t) {}
  virtual void wake_stack(uint32_t, StackId) {}
};

}  // namespace thrace
