// Interposed system calls: begin before, end after.
//
//     Call call(SYS_read, fd);
//     const ssize_t result = real.read(fd, buffer, size);
//     call.end(result < 0 ? errno : 0, result);
//
// From any thread and signal handler; no effect while not recording; errno untouched.
#pragma once

#include <cstdint>

#include "core/tracer/wait.h"

namespace thrace {

class Call {
 public:
  // `number`: SYS_*; `arg`: the call's first argument (a descriptor, a pid, an address).
  Call(uint32_t number, int64_t arg) {
    if (recording()) [[likely]] begin(number, arg);
  }

  // The same for a Call that does not lie on the stack: `frame` is an address on it.
  Call(uint32_t number, int64_t arg, uint64_t frame) {
    if (recording()) begin_elsewhere(number, arg, frame);
  }

  // `error`: errno if the call failed, else 0; `result`: its return value.
  void end(uint32_t error, int64_t result) {
    if (m_) [[likely]] finish(error, result);
  }

 private:
  void begin(uint32_t number, int64_t arg);
  void begin_elsewhere(uint32_t number, int64_t arg, uint64_t frame);
  void open(uint32_t number, int64_t arg, uint64_t frame);
  void finish(uint32_t error, int64_t result);
  bool finish_fast(uint32_t error, int64_t result);

  Canary canary_;
  Thread* m_ = nullptr;
  uint64_t begun_ = 0;
  Interrupted outer_;
};

// sched_yield and its like: GoStop before, GoStart after.  Same rules as Call.
class Yield {
 public:
  void begin();
  void end();

 private:
  Canary canary_;
  Thread* m_ = nullptr;
  Interrupted outer_;
};

}  // namespace thrace
