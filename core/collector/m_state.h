// What the collector knows of one M.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/collector/note.h"
#include "core/format/event.h"

namespace thrace::collector {

struct ProcessState;

// A chunk taken from the queue of full ones, not encoded yet.
struct Pending {
  uint32_t page = 0;
  uint32_t gen = 0;
  uint32_t seq = 0;
  uint64_t filled_seq = 0;  // Thread::seq when it became full
  bool held = false;        // the thread may still have it: a straggler's
};

// A chunk whose writer has not come out of its gate in time: what was committed is in the file, the
// rest will be counted when it moves (T5).
struct HeldBack {
  uint32_t page = 0;
  uint32_t gen = 0;
  uint64_t seq = 0;           // Thread::seq then
  bool arrived = false;       // it is ours now
  std::vector<bool> encoded;  // by offset: records that are in the file
};

struct Losses {
  uint64_t count = 0;
  uint64_t from = 0;
  uint64_t to = 0;

  void add(uint64_t time) {
    if (!count || time < from) from = time;
    if (!count || time > to) to = time;
    count++;
  }
};

// The stack that a G blocked with, for an object.
struct WaitStack {
  uint64_t object = 0;
  StackEnd end = StackEnd::None;
  std::vector<uint64_t> frames;  // empty: not known, or it does not wait
};

// The stacks of a G's wait and of those that signal handlers hold up, which are taken up again
// without their stacks.
class WaitStacks {
 public:
  const WaitStack& now() const { return now_; }

  void block(WaitStack stack) { now_ = std::move(stack); }
  void unblock() { now_ = {}; }

  // A handler interrupts the wait.  One that was jumped out of is never taken up: the oldest goes.
  void interrupt() {
    if (now_.frames.empty()) return;
    if (interrupted_.size() == kMost) interrupted_.erase(interrupted_.begin());
    interrupted_.push_back(std::exchange(now_, {}));
  }

  // The G waits for `object`: if nothing is known of that wait, it is one that was interrupted, and
  // those inside of it are over.
  void resume(uint64_t object) {
    if (!now_.frames.empty()) return;
    for (size_t i = interrupted_.size(); i-- > 0;) {
      if (interrupted_[i].object != object) continue;
      now_ = std::move(interrupted_[i]);
      interrupted_.resize(i);
      return;
    }
  }

 private:
  static constexpr size_t kMost = 16;

  WaitStack now_;
  std::vector<WaitStack> interrupted_;  // the outermost first
};

struct MState {
  uint32_t m = 0;
  uint32_t slot = 0;
  ProcessState* process = nullptr;
  int32_t tid = 0;
  uint64_t seen = 0;       // CLOCK_MONOTONIC, ns: its thread ran by then; set with tid
  uint64_t stack_low = 0;  // bounds of its stack; 0: not known
  uint64_t stack_high = 0;
  uint64_t self = 0;  // its pthread_t

  // What the file says.
  uint64_t last_time = 0;  // times strictly increase from here (T10)
  uint32_t known_gen = 0;  // last generation in which it has a status or an event
  uint32_t table_gen = 0;  // last generation whose tables name it
  uint32_t g = 0;          // G that is on it, 0: none
  WaitStacks wait_stacks;
  bool gap = false;  // a record was abandoned: its next event does not follow (T3)
  std::string name;
  uint64_t name_read = 0;  // ticks

  // Chunks.
  uint32_t open_gen = 0;  // generation whose chunks are encoded; older ones are late
  uint32_t next_seq = 0;  // the next chunk of it
  std::vector<Pending> pending;
  std::vector<HeldBack> held_back;
  Losses owed;             // lost here, not told yet
  uint64_t previewed = 0;  // the Tail up to which its open chunk was looked at

  // The advance under way.
  Note note;
  uint64_t advance_seq = 0;  // Thread::seq after the new generation was published
  bool complete = true;      // all that it wrote in the old generation is encoded
  bool passed = true;        // seen outside since
  bool forced = false;       // not seen outside within the bound
  uint64_t stuck_seq =
      ~uint64_t{0};  // Thread::seq when it was last forced: no second wait for that

  uint32_t suspects = 0;  // chunks that may or may not be on their way to the queue

  bool touched = false;   // has chunks to look at
  bool dead = false;      // its thread is gone: it will never write
  uint32_t gone_gen = 0;  // generation in which that was seen
};

}  // namespace thrace::collector
