// Turns the ordered events of one trace into rows of the analysis, and hands single waits, calls
// and wakes to its observers.
//
// A futex call that found another value than it expected (Outcome::Changed) did not wait.  It is
// part of the time that its thread was in the state, but counts as no wait; no observer hears of
// it.
//
// A wait is futile if a Wake ended it and the thread waits for the same object again within
// kFutileWait, having done nothing in between that is traced but unlock.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/open_waits.h"
#include "decoder/report/thread_names.h"
#include "decoder/report/wake_log.h"
#include "decoder/stacks/thread_map.h"
#include "decoder/stacks/wake_join.h"

namespace thrace {

inline constexpr int64_t kFutileWait = 10'000;  // ns

class Analyzer : public EventSink {
 public:
  // `base`: CLOCK_MONOTONIC at time 0 of the analysis, ns; 0: this trace's start is time 0.
  Analyzer(Analysis& analysis, Picker& picker, std::string pid, uint64_t& base,
           const std::vector<Observer*>& observers)
      : analysis_(analysis),
        picker_(picker),
        picked_(picker),
        window_(picker.window()),
        process_(static_cast<uint32_t>(std::max<size_t>(analysis.programs.size(), 1) - 1)),
        pid_(std::move(pid)),
        base_(base),
        first_thread_(analysis.threads.size()),
        first_object_(analysis.objects.size()),
        observers_(observers),
        over_(observers, picker),
        wakes_(observers, picker),
        join_([this](uint32_t wait, StackId stack) { over_.released(wait, stack); }) {}

  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;
  void end(const Generation& generation) override;

  // Closes what is open at `time` (ticks), the end of the trace.
  void finish(uint64_t time);

 private:
  static constexpr uint64_t kNoCall = ~0ull;     // in the kernel, in a call that is not known
  static constexpr size_t kMaxInterrupted = 16;  // handlers that jump out leave waits behind

  struct Wait {
    uint64_t reason = 0;
    uint64_t object = 0;
    ModuleIndex module = kNoModule;  // that the object lies in
    uint64_t owner = 0;
    int64_t begun = 0;
    int64_t since = 0;    // of this part of it
    uint64_t so_far = 0;  // of the parts before a signal handler interrupted it
    StackId stack = 0;
    bool taken = false;   // its object passes the filter: it has a row and a ticket,
    bool picked = false;  // and so do its thread and stack
    uint32_t row = 0;     // of the object
    Queue::Ticket ticket = 0;

    Queue::Site site() const { return {stack, picked}; }
  };
  struct Call {
    uint64_t number = kNoCall;
    int64_t arg = 0;
    std::string target = {};  // of its descriptor, as far as a generation or its thread ends in it
    int64_t begun = 0;
    uint64_t so_far = 0;  // of the parts before a signal handler interrupted it
  };
  struct Live {
    uint32_t row = 0;
    Status status = Status::None;
    int64_t since = 0;
    Wait wait;
    std::vector<Wait> interrupted;  // the innermost last
    std::vector<Call> interrupted_calls;
    bool handler = false;  // interrupted just now: its next event is a signal handler's
    uint32_t over = 0;     // number + 1 of the wait that its next step judges; 0: none
    WakeKey woken_by;      // the Wake that ended that wait
    WakeKey arrival;       // its last Wake at a barrier
    Call call;             // Syscall
  };

  // One round of a barrier: the last to arrive ended the waits of all others.
  struct Round {
    int64_t arrived = 0;
    uint32_t row = 0;
    WakeKey wake;
  };
  // A wait at a barrier whose round's last is not known yet, with the waker that the trace names.
  struct Arrived {
    EndedWait wait;
    uint32_t waker;
    WakeKey wake;
  };
  struct Barrier {
    std::vector<Round> rounds;  // the latest
    std::vector<Arrived> open;
  };

  Live& introduce(uint64_t g, int64_t now);
  void leave(Live& live, int64_t now);
  void enter(Live& live, Status status, int64_t now);
  // Reason, object and owner are the event's arguments from `first` on.
  Wait wait_of(const Generation& generation, const EventView& event, size_t first, int64_t since);
  void begin_wait(Live& live, Wait wait, bool by_handler);
  void forget(std::vector<Wait>& interrupted, int64_t now);
  void end_wait(Live& live, const Generation& generation, const EventView& event, int64_t now);
  void attribute(EndedWait& wait, uint32_t waker, const WakeKey& wake);
  void hand_on(Live* live, const EndedWait& wait, const WakeKey& wake);
  void end_barrier_wait(const Live& live, const EndedWait& wait, uint32_t waker,
                        const WakeKey& wake);
  void flush_barriers();
  void judge(Live& live, const EventView& event, int64_t now);
  void abandon(Live& live, int64_t now);
  void begin_call(Live& live, const EventView& event, int64_t now, bool by_handler);
  void end_call(Live& live, const Generation& generation, const EventView& event, int64_t now);
  void leave_call_open(const Live& live, int64_t now);
  static std::string_view target_of(const Generation& generation, const Call& call);
  static void note_target(const Generation& generation, Live& live);
  void wake(Live& live, const Generation& generation, const OrderedEvent& event, int64_t now);
  void wake_stack(const Generation& generation, const OrderedEvent& event);
  void create(const Generation& generation, const OrderedEvent& event, int64_t now);
  void leave_open(const Live& live, int64_t now);
  uint32_t holder(const Live& live) const;
  uint32_t thread_of(uint64_t tid) const;
  void owner_died(const Wait& wait, int64_t now);
  void status(const Generation& generation, const OrderedEvent& event, int64_t now);
  StackId stack(const Generation& generation, const EventView& event) {
    return analysis_.stacks->id(generation, event.stack, event.time);
  }
  void bind(Live& live, uint64_t m);
  uint32_t object(const Wait& wait);
  void own(ObjectRow& object);
  Queue& queue(uint32_t object) { return queues_[object - first_object_]; }
  bool matches(const ThreadRow& row) const { return picked_.picks(row.m, row.g); }
  int64_t time(uint64_t ticks) const { return clock_.since(shift_, ticks); }
  ThreadRow& row(const Live& live) { return analysis_.threads[live.row]; }

  Analysis& analysis_;
  Picker& picker_;
  ThreadNames picked_;
  const Window window_;
  const uint32_t process_;  // index of this trace in the analysis
  const std::string pid_;
  uint64_t& base_;
  const size_t first_thread_;  // of this trace, in the analysis
  const size_t first_object_;
  Clock clock_;
  int64_t shift_ = 0;
  bool started_ = false;
  IdMap<Live> live_;           // by G
  IdMap<uint32_t> runners_;    // by M: index + 1 of its latest G's row
  IdMap<uint32_t> objects_;    // by address and kind: index + 1
  IdMap<uint32_t> held_;       // the latest of them that a release gives up, by address: index + 1
  std::vector<Queue> queues_;  // by object
  IdMap<Barrier> barriers_;    // by object
  IdMap<uint32_t> got_by_;     // by object: index + 1 of the row of who got it after a wait
  struct Name {
    uint64_t tid = 0;
    std::string name;
  };
  IdMap<Name> names_;                // by M
  Shares wakers_, holders_, lasts_;  // of the objects of this trace
  const std::vector<Observer*>& observers_;
  OpenWaits over_;
  WakeLog wakes_;
  ThreadMap memory_;
  WakeJoin join_;
  bool joins_ = false;  // this generation has stacks at all
};

}  // namespace thrace
