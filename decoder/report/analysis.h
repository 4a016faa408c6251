// The one analysis behind all reports: where each G spent its time, and what each object cost.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decoder/order/trace.h"
#include "decoder/report/costs.h"
#include "decoder/report/filter.h"
#include "decoder/report/histogram.h"
#include "decoder/report/observer.h"
#include "decoder/report/queue.h"
#include "decoder/stacks/stack_table.h"

namespace thrace {

inline constexpr size_t kReasons = 16;  // room for the values of WaitReason

// One G: what a thread of the program did.  Times in ns.
struct ThreadRow {
  uint32_t process = 0;  // its trace: index in Analysis::programs
  std::string pid;
  uint64_t g = 0;
  uint64_t m = 0;
  uint64_t tid = 0;
  std::string name;
  std::string group;   // instead of the name, if threads are grouped; else empty
  uint64_t start = 0;  // address of the start routine; 0: not known
  ModuleIndex start_module = kNoModule;
  uint64_t running = 0;
  uint64_t runnable = 0;
  uint64_t syscall = 0;
  uint64_t waiting = 0;
  uint64_t reasons[kReasons] = {};  // of `waiting`, by WaitReason
  uint64_t waits = 0;               // that ended
  uint64_t syscalls = 0;
  uint64_t blocked_syscalls = 0;
  uint64_t wakes = 0;
  uint64_t creations = 0;
  uint64_t lost = 0;
  bool failed = false;         // its creation failed
  bool picked = true;          // it passes the filter
  int64_t ended = INT64_MAX;   // when; INT64_MAX: not before its trace did
  Status last = Status::None;  // at the end of the trace; None: ended

  uint64_t total() const { return running + runnable + syscall + waiting; }
};

// Somebody's part in the waits for an object.
struct Share {
  uint64_t who = 0;  // wakers: index of a ThreadRow; holders: a tid
  uint64_t count = 0;
  uint64_t time = 0;  // ns of waiting
};

// Parts in the waits for all objects, being added up.
class Shares {
 public:
  void add(uint32_t object, uint64_t who, uint64_t time) {
    sums_[{object, static_cast<uint32_t>(who), static_cast<uint32_t>(who >> 32)}].add(time);
  }

  // How many parts were not kept apart, for lack of room.
  uint64_t beyond() const { return sums_.beyond().count; }

  // Calls visit(object, share) for each.
  template <typename Visit>
  void each(Visit visit) const {
    for (const auto& [key, cost] : sums_.rows())
      visit(key[0], Share{key[1] | uint64_t{key[2]} << 32, cost.count, cost.total});
  }

 private:
  Costs<3> sums_;  // by object and the two halves of who it is
};

// One object that was waited for.
struct ObjectRow {
  uint32_t process = 0;  // as of a ThreadRow
  std::string pid;
  uint64_t object = 0;
  ModuleIndex module = kNoModule;  // that it lies in
  StackId first = 0;               // of the first wait for it
  std::string kind;
  // The thread on whose stack or in whose thread-local storage it lies; of a join, the one that is
  // waited for.  Index of a ThreadRow.
  uint32_t owner = kNobody;
  bool owners = false;      // it was others' before: memory is used again
  Histogram waits;          // durations, ns
  uint64_t unfinished = 0;  // waits that were open at the end
  uint64_t open = 0;        // how long these have lasted, ns
  uint64_t timeouts = 0;
  uint64_t changed = 0;  // futex calls that found another value than expected: they did not wait
  std::vector<Share> wakers;   // the biggest first
  std::vector<Share> holders;  // the biggest first
  std::vector<Share> lasts;    // barrier: who arrived last how often (index of a ThreadRow)
  Handovers handovers;

  // ns of all waits for it.
  uint64_t waited() const { return waits.total() + open; }

  // ns that it is ranked by, before what is open.  Of what is no lock, only waits that ended count: a
  // thread that waits to the end may just have nothing to do.
  uint64_t cost() const;

  // True if a wait for it, or a call that found that it need not wait, lies in the window.
  bool any() const { return waits.count() != 0 || unfinished != 0 || changed != 0; }
};

// A wait that the trace does not see the end of.
struct OpenWait {
  uint32_t thread = 0;        // index of the ThreadRow
  uint32_t object = 0;        // index of the ObjectRow
  uint32_t holder = kNobody;  // index of the ThreadRow of who holds the object; kNobody: not known
  int64_t since = 0;
  int64_t until = 0;  // the end of its trace, or of the thread
  StackId stack = 0;

  uint64_t time() const { return Window().clipped(since, until); }
};

struct Analysis {
  std::vector<ThreadRow> threads;
  std::vector<ObjectRow> objects;  // also some without any(): no wait for them was in the window
  std::vector<OpenWait> open;
  // The latest thread with a tid, by process and tid: index of the ThreadRow.
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> by_tid;
  std::unique_ptr<StackTable> stacks = std::make_unique<StackTable>();
  Costs<3> sites;  // waits that ended, by object, stack of the wait, stack of the release
  // What releases have cost, by the same (queue.h): only objects that are given up.
  Costs<3> delays;
  uint64_t shares_beyond = 0;  // parts in waits that are in no Share, for lack of room (costs.h)
  std::vector<std::string> programs;  // "name (pid 42)", one for each trace; not escaped
  std::vector<int64_t> ends;          // when each trace ends, ns as `end`
  std::vector<std::string> endings;   // how each trace ended
  uint64_t events = 0;
  uint64_t lost = 0;
  uint64_t skipped = 0;
  uint64_t unseen_threads = 0;  // that ran unrecorded, as far as the traces say
  uint64_t unseen_processes = 0;
  uint64_t wall = 0;  // the start of the first trace, ns since 1970; 0: not known
  int64_t start = 0;  // ns, relative to the start of the first trace
  int64_t end = 0;
  bool complete = true;  // nothing was cut or damaged

  Window window;  // that was looked at

  // How many waits, delays and parts in waits are in no sum of their own, for lack of room.
  uint64_t beyond() const { return sites.beyond().count + delays.beyond().count + shares_beyond; }

  // ns from the start of the run to its end; of that, what lies in the window.
  uint64_t duration() const { return Window().clipped(start, end); }
  uint64_t looked_at() const { return window.clipped(start, end); }
};

// Adds up the waits that ended and have a stack, and the delays that releases caused, by site; and
// the wakes of threads.
class SiteSums : public Observer {
 public:
  explicit SiteSums(Analysis& analysis) : analysis_(analysis) {}
  void wake(const EndedWake& wake) override { analysis_.threads[wake.thread].wakes++; }
  void wait(const EndedWait& wait) override {
    if (!wait.open && (wait.stack != 0 || wait.release != 0))
      analysis_.sites[{wait.object, wait.stack, wait.release}].add(wait.time, wait.futile);
  }
  void released(const EndedWake& wake) override {
    for (const Charge& charge : wake.charges)
      if (charge.picked && (charge.stack != 0 || wake.stack != 0))
        analysis_.delays[{wake.object, charge.stack, wake.stack}].add(charge.time);
  }

 private:
  Analysis& analysis_;
};

// Reads all traces of one run into `analysis`, which is empty and has the stacks that the names of
// `picker` are of.  Problems are added; an unreadable trace leaves the others alone.  `observers`
// see what passes the filter.  The number of traces that were used.
size_t analyze(const std::vector<std::string>& paths, Picker& picker,
               std::vector<Observer*> observers, Analysis& analysis, Problems& problems);

// "mutex", "rwlock", ...: the kind of object that a reason stands for.
std::string_view object_kind(uint64_t reason);

// True for the kinds that are given up to those who wait, as opposed to events that happen.
bool is_given_up(std::string_view kind);

// True for the kinds that one thread at a time holds: it can be handed over.
bool is_lock(std::string_view kind);

}  // namespace thrace
