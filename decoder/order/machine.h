// The state machine of a trace: what each event demands of the Ms and Gs and what it makes of them.
// The rules R1 to R10 are those of the format page.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/format/batch.h"
#include "decoder/order/id_map.h"

namespace thrace {

// A live G.
struct Task {
  uint64_t g = 0;
  uint64_t m = 0;  // the M it is bound to; 0: none
  Status status = Status::None;
  bool known = true;       // false: lost sight of until its next GoStatus
  uint64_t mentioned = 0;  // the last generation that has its status or creation
  uint64_t detail = 0;     // Waiting: the WaitReason; Syscall: the number
  uint64_t object = 0;     // Waiting: what it waits for; Syscall: the first argument
  uint64_t owner = 0;      // Waiting: the tid that holds the object
  uint64_t since = 0;      // when it got this status, in ticks
  uint64_t left = 0;       // Runnable after a GoStop: the M that it has left for a moment
};

// An M that has a G or that wrote events in this generation.
struct Thread {
  uint64_t m = 0;
  Task* task = nullptr;     // the G it runs, or that waits or is in a system call on it
  uint64_t wakes = 0;       // its last Wake number of this generation
  uint64_t generation = 0;  // the last one in which it had an event
  bool astray = false;      // events of it are missing: its G is unknown until the next GoStatus
  bool lost = false;        // it lost events in this generation
};

enum class Verdict : uint8_t {
  Done,       // the event happened
  HoldStart,  // not before G args[0] is runnable
  HoldWake,   // not before Wake args[3] of M args[1]
  Skip,       // events of this M are missing: the event cannot be placed
  Broken,     // it breaks a rule, see rule() and reason()
};

class StateMachine {
 public:
  StateMachine() = default;
  StateMachine(const StateMachine&) = delete;
  StateMachine& operator=(const StateMachine&) = delete;

  // Starts a generation.  `first`: nothing is known yet.  `gap`: something before it is missing.
  void begin(uint64_t generation, bool first, bool gap);

  // From here to the end of the generation batches may be missing: an event that does not fit is
  // skipped instead of breaking a rule.
  void loosen() { loose_ = true; }
  bool loose() const { return loose_; }

  // Applies an event of `thread`.  On all verdicts but Done nothing has changed.
  Verdict apply(Thread& thread, const EventView& event);

  // Applies a held event although what it waits for was not seen.  GoStart of a G that is alive and
  // not runnable stays impossible: false.
  bool force(Thread& thread, const EventView& event);

  // After Verdict::Broken: the rule and the reason, one clause.
  const char* rule() const { return rule_; }
  const std::string& reason() const { return reason_; }

  // True if Gs may exist that were never introduced: something was lost.
  bool lossy() const { return lossy_; }

  Thread& thread(uint64_t m);  // stays where it is until the end of the generation
  const Thread* find_thread(uint64_t m) const;
  Task* task(uint64_t g);
  size_t live() const { return tasks_.size(); }

  // Drops the Ms that have no G.
  void end();

  // Calls visit(task) for each live G.
  template <typename Visit>
  void each_task(Visit visit) const {
    tasks_.each([&](uint64_t, const std::unique_ptr<Task>& task) { visit(*task); });
  }

 private:
  friend struct Transitions;

  Task& create(uint64_t g);
  void remove(Task& task);
  void bind(Thread& thread, Task& task);
  void unbind(Task& task);

  uint64_t generation_ = 0;
  bool first_ = false;
  bool lossy_ = false;
  bool loose_ = false;
  const char* rule_ = "";
  std::string reason_;
  IdMap<std::unique_ptr<Task>> tasks_;
  IdMap<std::unique_ptr<Thread>> threads_;
};

}  // namespace thrace
