// The lock tracks of a Perfetto export: one for each lock that somebody waited for and that the
// trace knows a holder of, with who holds it and how many wait.
//
// A trace has no event for a lock that is free, so a holder is known while others wait: from their
// wait, which names the owner, or from the wait that the holder itself had.  When nobody waits any
// more the state ends.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "decoder/export/perfetto_writer.h"
#include "decoder/export/timeline.h"

namespace thrace {

class PerfettoLocks {
 public:
  // Viewers cannot show more; memory does not grow beyond this.
  static constexpr size_t kMaxLocks = 4096;

  // `writer` must live as long as this object.
  PerfettoLocks(PerfettoWriter& writer, Names& names) : writer_(writer), names_(names) {}

  // A process begins; `base` is CLOCK_MONOTONIC at time 0, ns.
  void process(const Process& process, uint64_t base);
  void track(const Track& track);

  void waits(const Slice& wait);   // it begins
  void waited(const Slice& wait);  // it ends
  void releases(uint64_t object, int64_t time);

  // Writes what is left of the process.
  void finish();

 private:
  // Something that changes.  What it is at one time is written once, when that time is over; the
  // clocks of two threads may differ a little, so each has its own time.
  template <typename Value>
  struct Course {
    Value now{};
    Value shown{};
    int64_t time = 0;
  };
  struct Lock {
    uint64_t number = 0;  // of its tracks; 0: it has none yet
    Course<uint64_t> waiters;
    Course<std::string> holder;
  };

  Lock* find(const Slice& wait);
  void describe(Lock& lock, const Slice& wait);
  uint64_t& waiters(Lock& lock, int64_t time);
  std::string& holder(Lock& lock, int64_t time);
  void flush_waiters(Lock& lock);
  void flush_holder(Lock& lock);
  std::string holder_text(uint64_t tid) const;

  PerfettoWriter& writer_;
  Names& names_;
  uint64_t process_ = 0;
  uint64_t base_ = 0;
  uint64_t tracks_ = 0;                   // over all processes
  bool group_ = false;                    // of this process is described
  std::map<uint64_t, Lock> locks_;        // of this process, by address
  std::map<uint64_t, std::string> tids_;  // titles of its threads
};

}  // namespace thrace
