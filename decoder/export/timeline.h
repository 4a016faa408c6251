// What each thread did, piece after piece: the merged stream as states with a beginning and an end,
// and as edges from who woke to who was woken.  For exporters that draw.
//
// The pieces of one thread come in order and never overlap; a piece comes when it is over, so those
// of several threads come in the order of their ends.  An edge comes when the woken thread runs.
// Memory grows with threads only.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decoder/order/trace.h"
#include "decoder/report/thread_names.h"
#include "decoder/stacks/recent_wakes.h"
#include "decoder/stacks/stack_table.h"

namespace thrace {

// A process of the run: one trace.  `base` is its first clock reading.
struct Process {
  uint64_t number = 0;  // over all traces, from 1
  uint64_t pid = 0;
  std::string name;
  Clock clock;
  int64_t start = 0;  // ns since that of the first trace
};

// A thread of it.
struct Track {
  const Process* process = nullptr;
  uint64_t number = 0;      // over all traces, from 1
  uint64_t tid = 0;         // the kernel's; a made-up one if that is not known or was used before
  uint64_t kernel_tid = 0;  // 0: not known
  std::string name;         // of the thread, else of nothing
  uint64_t start = 0;       // its start routine; 0: not known
  ModuleIndex start_module = kNoModule;
};

// A piece of a thread's time, in ns since the start of the first trace.
struct Slice {
  uint64_t number = 0;  // over all traces, from 1; 0: it is not handed on
  const Track* track = nullptr;
  Status status = Status::None;  // None: events were lost
  int64_t since = 0;
  int64_t until = 0;
  bool open = false;    // the trace ended before it did
  bool ended = false;   // the event that ends such a piece is there: it was not cut short by a loss
  uint64_t detail = 0;  // Waiting: the WaitReason; Syscall: the number; None: how many were lost
  uint64_t object = 0;  // Waiting
  ModuleIndex module = kNoModule;    // Waiting: that the object lies in
  uint64_t owner = 0;                // Waiting: the tid that held the object; 0: none or not known
  Outcome outcome = Outcome::Woken;  // Waiting, if it ended
  bool blocked = false;              // Syscall, if it ended: it took longer than 20 us
  uint64_t error = 0;   // Syscall, if it ended: errno, or what GoSyscallEnd has besides
  uint64_t before = 0;  // ns of this wait or call before a signal handler interrupted it
  StackId stack = 0;    // of the wait; of a system call that blocked
};

struct WakeEdge {
  uint64_t number = 0;  // over all traces, from 1
  const Track* waker = nullptr;
  int64_t woke = 0;     // when
  uint64_t how = 0;     // WakeKind
  StackId release = 0;  // the stack of the waker
  Slice wait;           // that it ended

  // When an arrow to the woken thread begins.  A waker may have read its clock after that one ran;
  // an arrow that goes back in time would not be drawn.
  int64_t begins() const { return std::min(woke, wait.until); }
};

// How many threads of a process are in which state, from a time on.
struct Counts {
  int64_t time = 0;
  uint64_t running = 0;
  uint64_t waiting = 0;
  uint64_t lost = 0;  // events, so far

  bool same(const Counts& other) const {
    return running == other.running && waiting == other.waiting && lost == other.lost;
  }
};

class TimelineSink {
 public:
  virtual ~TimelineSink() = default;
  virtual void process(const Process& process) = 0;
  virtual void track(const Track& track) = 0;  // a new one, or one with another name
  virtual void slice(const Slice& slice) = 0;
  virtual void edge(const WakeEdge& edge) = 0;
  virtual void counts(const Process&, const Counts&) {}

  // In the order of their times: a wait begins, which will be a slice; a thread gives something up.
  virtual void waits(const Slice&) {}
  virtual void releases(const Track&, int64_t, uint64_t) {}

  // After the last piece of a trace.
  virtual void ended(const Process&, const Trace&) {}
};

// What the timelines of several traces have in common.
struct TimelineNumbers {
  std::optional<uint64_t> base;  // CLOCK_MONOTONIC at time 0, ns
  uint64_t processes = 0;
  uint64_t tracks = 0;
  uint64_t slices = 0;
  uint64_t edges = 0;
};

class Timeline : public EventSink {
 public:
  // `sink`, `stacks`, `numbers` and `picker` must live as long as this object; so do the tracks and
  // the process that the sink gets.
  Timeline(TimelineSink& sink, StackTable& stacks, TimelineNumbers& numbers, Picker& picker,
           uint64_t pid, std::string name);

  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;

  // Ends what is open at the end of the trace.
  void finish(const Trace& trace);

 private:
  struct PlacedWake {
    uint64_t how = 0;
    int64_t time = 0;
  };
  struct Parts {  // of a wait or a call that was interrupted
    Status status = Status::None;
    uint64_t detail = 0;
    uint64_t object = 0;
    uint64_t time = 0;
    StackId stack = 0;
  };
  struct Lane {  // an M
    Track track;
    uint64_t m = 0;
    uint64_t g = 0;  // that it runs, or that waits or is in a system call on it
    bool labelled = false;
    bool picked = false;
    bool shown = false;
    Slice now;                       // what it does since now.since
    int64_t drawn = 0;               // up to here
    std::vector<Parts> interrupted;  // the innermost last
    bool handler = false;            // interrupted just now: what it does next, a handler does
  };
  struct Edge {  // whose release is not known yet
    WakeEdge edge;
    Lane* waker;
    Lane* woken;
  };
  struct Born {  // a G that is runnable
    int64_t since = 0;
    uint64_t start = 0;
    ModuleIndex module = kNoModule;
  };

  Lane& lane(const Generation& generation, uint64_t m);
  void pick(Lane& lane);
  void show(Lane& lane);
  bool passes(const Lane& lane, Slice& slice);
  void draw(Lane& lane, Slice& slice);
  void announce(const Lane& lane);
  void show_edge(Edge& edge);
  void rename(Lane& lane, std::string_view name);
  void enter(Lane& lane, Status status, int64_t now);
  void leave(Lane& lane, int64_t now);
  void count(Status status, int by);
  void start(Lane& lane, uint64_t g, int64_t now);
  // A wait begins, or is under way: reason, object and owner are the event's arguments from `first`
  // on.
  void wait(Lane& lane, const Generation& generation, const EventView& event, size_t first,
            bool by_handler);
  void end_call(Lane& lane, const Generation& generation, const EventView& event, int64_t now);
  void interrupt(Lane& lane, Status status);
  void resume(Lane& lane, bool by_handler);
  void handler_did(uint64_t m);
  void status(Lane& lane, const Generation& generation, const EventView& event, int64_t now);
  void end_wait(Lane& lane, const Generation& generation, const EventView& event, int64_t now);
  void wake(Lane& lane, const WakeKey& key, const EventView& event, int64_t now);
  void lost(Lane& lane, const EventView& event, int64_t now);
  void show_counts(int64_t time);
  int64_t time(uint64_t ticks) const { return process_.clock.since(begun_, ticks); }

  TimelineSink& sink_;
  StackTable& stacks_;
  TimelineNumbers& numbers_;
  Picker& picker_;
  ThreadNames threads_;
  Process process_;
  bool started_ = false;
  int64_t begun_ = 0;   // when this trace did
  int64_t latest_ = 0;  // of the merged stream
  std::vector<std::unique_ptr<Lane>> lanes_;
  IdMap<size_t> index_;   // of an M in `lanes_`
  IdMap<size_t> places_;  // of a G in `lanes_`, while it is on one
  IdMap<Born> born_;      // by G
  IdMap<bool> tids_;      // that are taken
  Counts counts_;
  Counts shown_;
  bool any_shown_ = false;
  bool opened_ = false;  // the window: it was entered,
  bool closed_ = false;  // and left
  WakeJoin join_;
  RecentWakes<PlacedWake> recent_;
  bool joins_ = false;  // this generation has stacks at all
  std::vector<Edge> edges_;
  std::vector<uint32_t> free_;  // of edges_
};

}  // namespace thrace
