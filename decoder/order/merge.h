// The merge: the events of all Ms of a generation as one stream in which every transition is legal.
//
// Each M has a cursor.  A min-heap by time says which M is next; an event that must not happen yet
// (GoStart, GoUnblock) holds its M back until another M's event releases it.  If no M can advance,
// something is missing: where that is known to be so (cut, damage, loss) the oldest hold is waived,
// otherwise the trace is broken, and the problem shows the frontier: each M's next event and state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "decoder/input/generation.h"
#include "decoder/input/problem.h"
#include "decoder/order/machine.h"

namespace thrace {

// One event of the merged stream.
struct OrderedEvent {
  const EventView& event;
  uint64_t time;  // never before the one before it; event.time is the M's own
  uint64_t m;
  uint64_t g;        // the M's G: before the event if it ends or leaves it, else after; 0: none
  const Task* task;  // that G as the event left it; nullptr if there is none any more
};

// What receives the merged stream.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void begin(const Generation&) {}
  virtual void event(const Generation&, const OrderedEvent&) = 0;
  virtual void end(const Generation&) {}
};

class Merge {
 public:
  // `file` stands for the file in problems.
  Merge(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

  // Starts the next generation of the file, of which `sink` gets the events.  Both must live until
  // end().
  void begin(const Generation& generation, EventSink& sink);

  // Sends at least one event, and then those that are not later than `until` (ticks).  False once
  // none of this generation is left.
  bool run_until(uint64_t until);

  // The time of the next event, in ticks: none that comes is earlier.
  uint64_t next_time() const { return heap_.empty() ? time_ : std::max(time_, heap_.front().time); }

  // The generation is over.
  void end();

  // To be called after the last generation.
  void finish();

  const StateMachine& machine() const { return machine_; }
  StateMachine& machine() { return machine_; }

  uint64_t time() const { return time_; }        // of the last event, in ticks
  uint64_t events() const { return events_; }    // delivered
  uint64_t skipped() const { return skipped_; }  // could not be placed after a loss
  uint64_t lost() const { return lost_; }        // that Lost events tell of

 private:
  struct Cursor {
    const ThreadBatches* batches = nullptr;
    size_t next_batch = 0;
    BatchCursor cursor;
    EventView head;
    Thread* thread = nullptr;
    bool held = false;
  };
  struct HeapEntry {
    uint64_t time;
    uint32_t index;
    bool operator>(const HeapEntry& o) const {
      return time != o.time ? time > o.time : index > o.index;
    }
  };
  struct WakeHold {
    uint64_t seq;
    uint32_t index;
  };
  // A Wake that was not there although its generation is whole: the waker must turn out to have
  // lost events when it writes again.
  struct Debt {
    uint64_t m;
    Problem problem;
  };

  bool advance(Cursor& cursor);
  void run_thread(uint32_t index);
  void deliver(Cursor& cursor, uint64_t g_before);
  void release(const EventView& event, uint64_t m);
  void release_start(uint64_t g);
  void hold(uint32_t index);
  void unhold(uint32_t index);
  void let_go(uint32_t index);
  void push(uint32_t index);
  bool waive();
  void owe(const Cursor& cursor);
  void settle(const Cursor& cursor);
  Problem problem(const char* rule, std::string text, const Cursor& cursor) const;
  void report(const char* rule, std::string text, const Cursor& cursor);
  std::string frontier();

  std::string file_;
  Problems& problems_;
  StateMachine machine_;
  const Generation* generation_ = nullptr;
  EventSink* sink_ = nullptr;
  uint64_t until_ = 0;  // later events wait for the next run_until()
  std::vector<Cursor> cursors_;
  std::vector<HeapEntry> heap_;
  IdMap<std::vector<uint32_t>> start_holds_;      // by G
  IdMap<std::vector<WakeHold>> wake_holds_;       // by the waker's M
  std::set<std::pair<uint64_t, uint32_t>> held_;  // all that are held, by the time of their head
  std::vector<Debt> debts_;
  IdMap<bool> owing_;       // Ms that have debts
  uint32_t frontiers_ = 0;  // shown so far
  uint64_t time_ = 0;
  uint64_t events_ = 0;
  uint64_t skipped_ = 0;
  uint64_t lost_ = 0;
  bool first_ = true;
  bool gap_ = false;
};

}  // namespace thrace
