// One small function per event: its rule, in a dispatch table.
#include <fmt/core.h>

#include <array>

#include "decoder/order/machine.h"

namespace thrace {

// Each function checks first and changes last: on all verdicts but Done nothing has changed.
struct Transitions {
  using Function = Verdict (*)(StateMachine&, Thread&, const EventView&);

  template <typename... Args>
  static Verdict broken(StateMachine& s, const char* rule, fmt::format_string<Args...> text,
                        Args&&... args) {
    s.rule_ = rule;
    s.reason_ = fmt::format(text, std::forward<Args>(args)...);
    return Verdict::Broken;
  }

  // The M's G must be there, have been mentioned in this generation, and have this status.
  static Verdict expect(StateMachine& s, const Thread& t, const char* rule, Status status) {
    if (!t.task) return broken(s, rule, "M {} has no G", t.m);
    if (t.task->mentioned != s.generation_)
      return broken(s, "R2", "G {} has no GoStatus in this generation yet", t.task->g);
    if (t.task->status != status)
      return broken(s, rule, "G {} is {}, not {}", t.task->g,
                    enum_text(ArgType::Status, static_cast<uint64_t>(t.task->status)),
                    enum_text(ArgType::Status, static_cast<uint64_t>(status)));
    return Verdict::Done;
  }

  // The usual transition of an M's G from one status to another.
  template <Status From, Status To>
  static Verdict move(StateMachine& s, Thread& t, const EventView& e, const char* rule) {
    if (const Verdict v = expect(s, t, rule, From); v != Verdict::Done) return v;
    t.task->status = To;
    t.task->since = e.time;
    return Verdict::Done;
  }

  static Verdict status(StateMachine& s, Thread& t, const EventView& e) {
    const uint64_t g = e.args[0];
    const auto status = static_cast<Status>(e.args[1]);
    const bool binds = status != Status::Runnable;
    if (g == 0) return broken(s, "R1", "there is no G 0");
    if (enum_text(ArgType::Status, e.args[1]).empty())
      return broken(s, "R1", "status {} does not exist", e.args[1]);
    Task* task = s.task(g);
    // After a loss the truth is what the status says.
    const bool trust = t.astray || s.loose_ || (task && !task->known);
    if (!task && !s.first_ && !s.lossy_ && !trust)
      return broken(s, "R1", "G {} was never created", g);
    if (!t.astray && !s.loose_ && binds && t.task && t.task != task)
      return broken(s, "R1", "M {} has G {} already", t.m, t.task->g);
    if (task && !trust) {
      if (task->status != status)
        return broken(s, "R1", "G {} is {}, not {}", g,
                      enum_text(ArgType::Status, static_cast<uint64_t>(task->status)),
                      enum_text(ArgType::Status, e.args[1]));
      if (binds && task->m != t.m) return broken(s, "R1", "G {} is on M {}", g, task->m);
    }
    if (!task) task = &s.create(g);
    if (binds)
      s.bind(t, *task);
    else
      s.unbind(*task);
    t.astray = t.astray && !binds;
    *task = {g, task->m, status, true, s.generation_, e.args[2], e.args[3], e.args[4], e.args[5]};
    return Verdict::Done;
  }

  static Verdict create(StateMachine& s, Thread& t, const EventView& e) {
    if (const Verdict v = expect(s, t, "R3", Status::Running); v != Verdict::Done) return v;
    if (e.args[0] == 0) return broken(s, "R1", "there is no G 0");
    // A child that lost its first events has shown itself by a status, which nothing holds back.
    if (s.task(e.args[0]) && s.lossy_) return Verdict::Done;
    if (s.task(e.args[0])) return broken(s, "R3", "G {} exists already", e.args[0]);
    Task& task = s.create(e.args[0]);
    task.status = Status::Runnable;
    task.since = e.time;
    return Verdict::Done;
  }

  static Verdict create_failed(StateMachine& s, Thread&, const EventView& e) {
    Task* task = s.task(e.args[0]);
    if (!task || task->status != Status::Runnable)
      return broken(s, "R3", "G {} is not runnable", e.args[0]);
    s.remove(*task);
    return Verdict::Done;
  }

  static Verdict start(StateMachine& s, Thread& t, const EventView& e) {
    if (t.task && !t.astray) return broken(s, "R4", "M {} has G {} already", t.m, t.task->g);
    Task* task = s.task(e.args[0]);
    if (!task || task->status != Status::Runnable || !task->known) return Verdict::HoldStart;
    if (task->mentioned != s.generation_) return Verdict::HoldStart;
    if (task->left && task->left != t.m && !s.loose_)
      return broken(s, "R5", "G {} stopped on M {} and goes on there", task->g, task->left);
    return run(s, t, *task, e);
  }

  static Verdict run(StateMachine& s, Thread& t, Task& task, const EventView& e) {
    s.bind(t, task);
    t.astray = false;
    task.status = Status::Running;
    task.left = 0;
    task.since = e.time;
    task.known = true;
    task.mentioned = s.generation_;
    return Verdict::Done;
  }

  static Verdict stop(StateMachine& s, Thread& t, const EventView& e) {
    if (const Verdict v = expect(s, t, "R5", Status::Running); v != Verdict::Done) return v;
    t.task->status = Status::Runnable;
    t.task->since = e.time;
    t.task->left = t.m;
    s.unbind(*t.task);
    return Verdict::Done;
  }

  static Verdict destroy(StateMachine& s, Thread& t, const EventView& e) {
    if (const Verdict v = expect(s, t, "R5", Status::Running); v != Verdict::Done) return v;
    if (t.task->g != e.args[0])
      return broken(s, "R5", "M {} has G {}, not {}", t.m, t.task->g, e.args[0]);
    s.remove(*t.task);
    return Verdict::Done;
  }

  static Verdict block(StateMachine& s, Thread& t, const EventView& e) {
    const Verdict v = move<Status::Running, Status::Waiting>(s, t, e, "R6");
    if (v != Verdict::Done) return v;
    t.task->detail = e.args[0];
    t.task->object = e.args[1];
    t.task->owner = e.args[2];
    return v;
  }

  static Verdict unblock(StateMachine& s, Thread& t, const EventView& e) {
    if (const Verdict v = expect(s, t, "R6", Status::Waiting); v != Verdict::Done) return v;
    const uint64_t waker = e.args[1], age = e.args[2], seq = e.args[3];
    if (waker == 0 && (seq != 0 || age != 0))
      return broken(s, "R6", "nobody has a Wake {} of age {}", seq, age);
    if (seq != 0 && age >= s.generation_)
      return broken(s, "R6", "there were not {} generations before this one", age);
    if (waker != 0 && seq != 0 && age == 0) {
      const Thread* by = s.find_thread(waker);
      if (!by || by->wakes < seq) return Verdict::HoldWake;
    }
    return move<Status::Waiting, Status::Running>(s, t, e, "R6");
  }

  static Verdict syscall_begin(StateMachine& s, Thread& t, const EventView& e) {
    const Verdict v = move<Status::Running, Status::Syscall>(s, t, e, "R7");
    if (v != Verdict::Done) return v;
    t.task->detail = e.args[0];
    t.task->object = e.args[1];
    return v;
  }

  static Verdict syscall_end(StateMachine& s, Thread& t, const EventView& e) {
    return move<Status::Syscall, Status::Running>(s, t, e, "R7");
  }

  static Verdict create_syscall(StateMachine& s, Thread& t, const EventView& e) {
    if (t.task && !t.astray) return broken(s, "R8", "M {} has G {} already", t.m, t.task->g);
    if (e.args[0] == 0) return broken(s, "R1", "there is no G 0");
    if (s.task(e.args[0])) return broken(s, "R8", "G {} exists already", e.args[0]);
    Task& task = s.create(e.args[0]);
    s.bind(t, task);
    t.astray = false;
    task.status = Status::Syscall;
    task.since = e.time;
    return Verdict::Done;
  }

  static Verdict destroy_syscall(StateMachine& s, Thread& t, const EventView& e) {
    if (!t.task) return broken(s, "R8", "M {} has no G", t.m);
    if (t.task->g != e.args[0])
      return broken(s, "R8", "M {} has G {}, not {}", t.m, t.task->g, e.args[0]);
    t.astray = false;
    s.remove(*t.task);
    return Verdict::Done;
  }

  static Verdict wake(StateMachine& s, Thread& t, const EventView& e) {
    const uint64_t seq = e.args[2];
    const bool gaps = t.lost || s.loose_;
    if (gaps ? seq <= t.wakes : seq != t.wakes + 1)
      return broken(s, "R9", "Wake {} of M {} follows Wake {}", seq, t.m, t.wakes);
    t.wakes = seq;
    return Verdict::Done;
  }

  // Of a Wake in a generation before this one, the machine knows no more.
  static Verdict wake_stack(StateMachine& s, Thread& t, const EventView& e) {
    if (e.args[1] == 0 && e.args[0] > t.wakes && !t.lost && !s.loose_)
      return broken(s, "R9", "M {} has no Wake {} yet", t.m, e.args[0]);
    return Verdict::Done;
  }

  static Verdict module(StateMachine&, Thread&, const EventView&) { return Verdict::Done; }

  static Verdict label(StateMachine& s, Thread&, const EventView& e) {
    if (!s.task(e.args[0])) return broken(s, "R9", "G {} does not exist", e.args[0]);
    return Verdict::Done;
  }

  static Verdict lost(StateMachine& s, Thread& t, const EventView&) {
    s.lossy_ = true;
    t.astray = t.lost = true;
    if (t.task) t.task->known = false;
    return Verdict::Done;
  }

  static Verdict not_the_guests(StateMachine& s, Thread& t, const EventView& e) {
    return broken(s, "F5", "M {} has a {}, which is the collector's", t.m, e.spec->name);
  }

  static constexpr auto kTable = [] {
    std::array<Function, 256> table{};
    table.fill(not_the_guests);
    const auto on = [&](Event event, Function f) { table[static_cast<uint8_t>(event)] = f; };
    on(Event::Lost, lost);
    on(Event::GoCreate, create);
    on(Event::GoCreateFailed, create_failed);
    on(Event::GoStart, start);
    on(Event::GoDestroy, destroy);
    on(Event::GoStop, stop);
    on(Event::GoBlock, block);
    on(Event::GoUnblock, unblock);
    on(Event::GoStatus, status);
    on(Event::GoLabel, label);
    on(Event::GoSyscallBegin, syscall_begin);
    on(Event::GoSyscallEnd, syscall_end);
    on(Event::GoSyscallEndBlocked, syscall_end);
    on(Event::GoCreateSyscall, create_syscall);
    on(Event::GoDestroySyscall, destroy_syscall);
    on(Event::Wake, wake);
    on(Event::WakeStack, wake_stack);
    on(Event::Module, module);
    on(Event::ModuleGone, module);
    on(Event::ObjectName, module);
    return table;
  }();

  // An M that is astray finds back with one of these; those at the end need no G.
  static bool finds_back(Event event) {
    return event == Event::GoStatus || event == Event::GoStart || event == Event::GoCreateSyscall ||
           event == Event::GoDestroySyscall || event == Event::Lost || event == Event::Wake ||
           event == Event::WakeStack || event == Event::Module || event == Event::ModuleGone ||
           event == Event::ObjectName;
  }

  // What may be the first event of an M in a generation (R2).
  static bool introduces(Event event) {
    return event == Event::GoStatus || event == Event::GoStart || event == Event::GoCreateSyscall ||
           event == Event::Lost;
  }
};

Verdict StateMachine::apply(Thread& thread, const EventView& event) {
  Verdict verdict = Verdict::Done;
  if (thread.generation != generation_ && !loose_ && !thread.astray &&
      !Transitions::introduces(event.type))
    verdict = Transitions::broken(*this, "R2", "{} is the first event of M {} in this generation",
                                  event.spec->name, thread.m);
  else if (thread.astray && !Transitions::finds_back(event.type))
    return Verdict::Skip;
  else
    verdict = Transitions::kTable[static_cast<uint8_t>(event.type)](*this, thread, event);

  if (verdict == Verdict::Done) thread.generation = generation_;
  if (verdict == Verdict::Broken && loose_) {
    thread.astray = true;
    if (thread.task) thread.task->known = false;
    return Verdict::Skip;
  }
  return verdict;
}

bool StateMachine::force(Thread& thread, const EventView& event) {
  thread.generation = generation_;
  if (event.type == Event::GoUnblock)
    return Transitions::move<Status::Waiting, Status::Running>(*this, thread, event, "R6") ==
           Verdict::Done;
  Task* task = this->task(event.args[0]);
  if (task && task->known && !loose_) return false;
  if (!task) task = &create(event.args[0]);
  return Transitions::run(*this, thread, *task, event) == Verdict::Done;
}

}  // namespace thrace
