// Translating the merged stream into Go's events.
#include "decoder/export/go_export.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/text/escape.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr uint64_t kNoThread = ~0ull;
constexpr uint64_t kEpoch = 1000;  // ns before the trace, for events before its first snapshot
// Threads of the viewers themselves, which a kernel tid could collide with.
constexpr uint64_t kViewerThreads = 1'000'000, kViewerThreadsEnd = 1'000'010;
constexpr uint64_t kMadeUpThreads = 1ull << 32;  // beyond all tids

// The states of the Go format; those of a G are numbered as ours.
constexpr uint64_t kProcRunning = 1, kProcIdle = 2, kProcSyscall = 3;

std::string what_text(ArgType type, uint64_t value, uint64_t object) {
  return fmt::format("{} {:#x}", enum_text(type, value), object);
}

}  // namespace

void GoExport::begin(const Generation& generation) {
  if (number_++ == 0) clock_ = generation.clock;
  // Nothing of a generation lies before its clock: what comes late is moved up.
  const int64_t start = generation.has_clock ? clock_.since_start(generation.clock.ticks)
                                             : static_cast<int64_t>(now_);
  start_ = std::max<uint64_t>(now_, static_cast<uint64_t>(std::max(start, from_)) + kEpoch);
  order_.clear();
  records_.clear();
  edges_.clear();
  tables_.clear();
  known_.clear();
  stacks_.begin(generation);
}

// A stack of Go's: the frame `what`, then those of a stack of ours, or if there is none, `root`.
uint64_t GoExport::stack(const std::string& root, const std::string& what, StackId stack) {
  if (stack == 0) return tables_.stack({{what}, {root}});
  const auto [entry, is_new] = known_.try_emplace({stack, what});
  if (!is_new) return entry->second;
  std::vector<GoFrame> frames = {{what}};
  for (const Frame& frame : names_.frames(stack))
    frames.push_back({escape(frame.function), escape(frame.file), frame.line});
  return entry->second = tables_.stack(frames);
}

GoExport::Stream& GoExport::stream(const Generation& generation, uint64_t m) {
  Stream& s = streams_[m];
  if (s.p == 0) {
    s.p = next_p_++;
    const ThreadName* name = generation.thread(m);
    const uint64_t tid = name ? name->tid : 0;
    const bool usable = tid != 0 && tid < kMadeUpThreads && !threads_.find(tid) &&
                        (tid < kViewerThreads || tid >= kViewerThreadsEnd);
    s.thread = usable ? tid : kMadeUpThreads + s.p;
    threads_[s.thread] = true;
  }
  if (s.generation != number_) {
    s.generation = number_;
    s.first = s.last = s.call = kNone;
    s.wakes.clear();
    order_.push_back(m);
  }
  return s;
}

GoExport::Record& GoExport::add(Stream& s, GoEvent event, std::initializer_list<uint64_t> args) {
  const auto at = static_cast<uint32_t>(records_.size());
  (s.first == kNone ? s.first : records_[s.last].next) = at;
  s.last = at;
  Record& record = records_.emplace_back();
  record.time = now_;
  record.event = event;
  for (const uint64_t arg : args) record.args[record.count++] = arg;
  return record;
}

GoExport::Go& GoExport::introduce(uint64_t g) {
  Go& go = goes_[g];
  go = Go{};
  go.id = next_g_++;
  go.generation = number_;
  go.root = fmt::format("thread G{}", go.id);
  return go;
}

void GoExport::proc_status(Stream& s, uint64_t status) {
  if (s.p_generation == number_) return;
  s.p_generation = number_;
  s.p_seq = 0;
  add(s, GoEvent::ProcStatus, {s.p, status});
}

// Makes sure that the thread has its P.
void GoExport::take_proc(Stream& s) {
  if (s.proc == Proc::Running) return proc_status(s, kProcRunning);
  proc_status(s, kProcIdle);
  add(s, GoEvent::ProcStart, {s.p, ++s.p_seq});
  s.proc = Proc::Running;
}

void GoExport::start(Stream& s, uint64_t g, Go& go) {
  take_proc(s);
  add(s, GoEvent::GoStart, {go.id, ++go.seq});
  go.status = Status::Running;
  s.g = g;
}

void GoExport::wake_self(Stream& s, Go& go) {
  add(s, GoEvent::GoUnblock, {go.id, ++go.seq, stack(go.root, "wait over")});
}

// The end of a wait: GoUnblock where the Wake is if that is known to be in order, then GoStart.
void GoExport::unblock(Stream& s, Go& go, const EventView& e) {
  const uint64_t waker = e.args[1], age = e.args[2], seq = e.args[3];
  Stream* by = waker != 0 && seq != 0 && age == 0 ? streams_.find(waker) : nullptr;
  const PlacedWake* wake = nullptr;
  if (by && by != &s && by->generation == number_) {
    const auto at = std::lower_bound(by->wakes.begin(), by->wakes.end(), seq,
                                     [](const PlacedWake& w, uint64_t n) { return w.seq < n; });
    if (at != by->wakes.end() && at->seq == seq && at->record >= go.blocked) wake = &*at;
  }
  if (!wake) return wake_self(s, go);
  Record& place = records_[wake->record];
  edges_.push_back({go.id, ++go.seq, place.more});
  place.more = static_cast<uint32_t>(edges_.size() - 1);
}

void GoExport::block(Stream& s, Go& go, uint64_t reason, uint64_t object, StackId at) {
  const auto text = fmt::format("sync ({})", enum_text(ArgType::Wait, reason));
  add(s, GoEvent::GoBlock,
      {tables_.string(text), stack(go.root, what_text(ArgType::Wait, reason, object), at)});
  go.status = Status::Waiting;
  go.blocked = static_cast<uint32_t>(records_.size());
}

void GoExport::syscall(Stream& s, Go& go, uint64_t number) {
  add(s, GoEvent::GoSyscallBegin, {++s.p_seq, stack(go.root, syscall_name(number))});
  s.call = s.last;
  s.call_number = number;
  go.status = Status::Syscall;
}

// The stack of a call is known at its end; Go has it at the beginning.
void GoExport::call_stack(Stream& s, const Go& go, StackId at) {
  if (s.call != kNone && at != 0)
    records_[s.call].args[1] = stack(go.root, syscall_name(s.call_number), at);
  s.call = kNone;
}

void GoExport::syscall_end(Stream& s, uint64_t g, Go& go) {
  if (s.abandoned) {
    add(s, GoEvent::GoSyscallEndBlocked, {});
    s.abandoned = false;
    start(s, g, go);
    return;
  }
  add(s, GoEvent::GoSyscallEnd, {});
  go.status = Status::Running;
}

// Brings the G of a thread to Running, by the shortest way.
void GoExport::running(Stream& s, Go& go) {
  const uint64_t g = s.g;
  switch (go.status) {
    case Status::Waiting:
      wake_self(s, go);
      [[fallthrough]];
    case Status::Runnable:
      start(s, g, go);
      break;
    case Status::Syscall:
      syscall_end(s, g, go);
      break;
    default:
      break;
  }
}

// The G of a thread is gone.
void GoExport::finish_task(Stream& s, uint64_t g, Go& go) {
  if (go.status == Status::Running) {
    add(s, GoEvent::GoDestroy, {});
  } else if (go.status == Status::Syscall) {
    add(s, GoEvent::GoDestroySyscall, {});
    if (!s.abandoned) s.proc = Proc::None;  // it went with the call: a new one, if ever
    if (s.proc == Proc::None) s.p = next_p_++, s.p_generation = 0;
    s.abandoned = false;
  }
  if (s.proc == Proc::Running) {
    add(s, GoEvent::ProcStop, {});
    s.proc = Proc::Idle;
  }
  s.g = 0;
  goes_.erase(g);
}

// After a loss: the way from what the reader knows to what the status says.
void GoExport::reach(Stream& s, uint64_t g, Go& go, const EventView& e) {
  const auto wanted = static_cast<Status>(e.args[1]);
  if (go.status == Status::Runnable && wanted == Status::Runnable) return;
  if (go.status != Status::Running) {
    s.g = g;
    running(s, go);
  }
  switch (wanted) {
    case Status::Waiting:
      block(s, go, e.args[2], e.args[3], 0);
      break;
    case Status::Syscall:
      syscall(s, go, e.args[2]);
      break;
    case Status::Runnable:
      add(s, GoEvent::GoStop, {tables_.string("lost"), 0});
      go.status = Status::Runnable;
      s.g = 0;
      break;
    default:
      break;
  }
}

// Introduces a runnable G whose creation is missing.  Only the first generation may do so by a
// status.
void GoExport::found(Stream& s, Go& go) {
  if (number_ == 1) {
    add(s, GoEvent::GoStatus, {go.id, kNoThread, static_cast<uint64_t>(Status::Runnable)});
  } else {
    take_proc(s);
    add(s, GoEvent::GoCreate, {go.id, stack(go.root, "found after a loss"), 0});
  }
  go.status = Status::Runnable;
}

void GoExport::status(Stream& s, const EventView& e) {
  const uint64_t g = e.args[0];
  const auto wanted = static_cast<Status>(e.args[1]);
  const bool binds = wanted != Status::Runnable;
  Go* go = goes_.find(g);
  if (binds && s.g != 0 && s.g != g)  // lost: the one before must have ended
    if (Go* old = goes_.find(s.g)) {
      if (old->generation == number_)
        finish_task(s, s.g, *old);
      else
        s.g = 0;
    }
  const bool first_of_stream = s.first == kNone;
  const bool fresh = !go;
  if (fresh) go = &introduce(g);
  if (fresh && (number_ > 1 || (binds && !first_of_stream))) {
    found(s, *go);
    if (!binds) return;
    start(s, g, *go);
    return reach(s, g, *go, e);
  }
  if (fresh) go->status = wanted;
  // What was so since before the generation is said at its start.
  const uint64_t now = now_;
  if (fresh || go->generation != number_) {
    if (first_of_stream) now_ = start_;
    go->generation = number_;
    go->seq = 0;
    go->blocked = first_of_stream ? 0 : static_cast<uint32_t>(records_.size());
    if (go->status == Status::Running || go->status == Status::Waiting) {
      if (fresh) s.proc = Proc::Running;
      if (s.proc == Proc::Running) proc_status(s, kProcRunning);
    } else if (go->status == Status::Syscall) {
      if (fresh) s.proc = Proc::Running;
      if (!s.abandoned) proc_status(s, kProcSyscall);
    }
    const bool here = go->status == Status::Running || go->status == Status::Syscall;
    add(s, GoEvent::GoStatus,
        {go->id, here ? s.thread : kNoThread, static_cast<uint64_t>(go->status)});
  }
  now_ = now;
  if (binds) s.g = g;
  if (go->status != wanted) reach(s, g, *go, e);
}

// The first argument of its record is the stack of the GoUnblocks that may come to stand there.
void GoExport::wake(Stream& s, const EventView& e) {
  const Go* go = s.g ? goes_.find(s.g) : nullptr;
  const std::string what = what_text(ArgType::Wake, e.args[0], e.args[1]);
  add(s, GoEvent::None, {stack(go ? go->root : std::string("thread"), what)});
  s.wakes.push_back({e.args[2], e.args[1], s.last, static_cast<uint32_t>(e.args[0])});
}

void GoExport::wake_stack(Stream& s, const Generation& generation, const EventView& e) {
  const auto wake = std::find_if(s.wakes.rbegin(), s.wakes.rend(),
                                 [&](const PlacedWake& w) { return w.seq <= e.args[0]; });
  if (e.args[1] != 0 || wake == s.wakes.rend() || wake->seq != e.args[0]) return;
  if (const StackId at = stack_id(generation, e); at != 0)
    records_[wake->record].args[0] =
        stack({}, what_text(ArgType::Wake, wake->kind, wake->object), at);
}

void GoExport::create(const Generation& generation, Stream& s, const EventView& e) {
  const uint64_t creator = s.g;
  const ModuleIndex module = stacks_.map().find_or_coming(generation, e.args[1], e.time);
  Go& child = introduce(e.args[0]);
  child.root = fmt::format("thread {}", escape(names_.routine(module, e.args[1])));
  child.status = Status::Runnable;
  add(s, GoEvent::GoCreate,
      {child.id, tables_.stack({{child.root}}),
       stack(goes_.find(creator)->root, "create", stack_id(generation, e))});
}

void GoExport::event(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  Stream& s = stream(generation, ordered.m);
  now_ = std::max<uint64_t>(
      start_, static_cast<uint64_t>(std::max<int64_t>(clock_.since_start(e.time), 0)) + kEpoch);

  switch (e.type) {
    case Event::GoStatus:
      return status(s, e);
    case Event::Module:
    case Event::ModuleGone:
    case Event::ObjectName:
      return stacks_.event(generation, e);
    case Event::Wake:
      return wake(s, e);
    case Event::WakeStack:
      return wake_stack(s, generation, e);
    case Event::GoCreateSyscall: {
      Go& go = introduce(e.args[0]);
      if (s.proc == Proc::Running) add(s, GoEvent::ProcStop, {}), s.proc = Proc::Idle;
      add(s, GoEvent::GoCreateSyscall, {go.id});
      go.status = Status::Syscall;
      s.abandoned = true;
      s.g = e.args[0];
      return;
    }
    case Event::GoStart: {
      Go* go = goes_.find(e.args[0]);
      if (!go) found(s, *(go = &introduce(e.args[0])));
      return start(s, e.args[0], *go);
    }
    default:
      break;
  }
  Go* go = goes_.find(s.g);
  if (!go || go->generation != number_) return;
  switch (e.type) {
    case Event::GoCreate:
      return create(generation, s, e);
    case Event::GoStop:
      add(s, GoEvent::GoStop,
          {tables_.string(std::string(enum_text(ArgType::Stop, e.args[0]))),
           stack(go->root, "yield", stack_id(generation, e))});
      go->status = Status::Runnable;
      s.g = 0;
      return;
    case Event::GoBlock:
      return block(s, *go, e.args[0], e.args[1], stack_id(generation, e));
    case Event::GoUnblock:
      unblock(s, *go, e);
      return start(s, s.g, *go);
    case Event::GoSyscallBegin:
      return syscall(s, *go, e.args[0]);
    case Event::GoSyscallEnd:
    case Event::GoSyscallEndBlocked:
      call_stack(s, *go, stack_id(generation, e));
      return syscall_end(s, s.g, *go);
    case Event::GoDestroy:
    case Event::GoDestroySyscall:
      return finish_task(s, s.g, *go);
    case Event::GoLabel:
      if (e.args[0] == s.g && go->status == Status::Running)
        add(s, GoEvent::GoLabel, {tables_.string(escape(generation.string(e.args[1])))});
      return;
    default:
      return;  // Lost: the status that follows says what is
  }
}

void GoExport::end(const Generation&) {
  // Go refuses a generation without events: a process that only slept has such ones.
  if (records_.empty()) {
    for (const uint64_t m : order_) streams_.find(m)->generation = 0;
    number_--;
    return;
  }
  writer_.tables(number_, start_, tables_);
  for (const uint64_t m : order_) {
    const Stream& s = *streams_.find(m);
    writer_.begin(number_, s.thread);
    for (uint32_t at = s.first; at != kNone; at = records_[at].next) {
      const Record& record = records_[at];
      if (record.event != GoEvent::None) {
        writer_.event(record.time, record.event, record.args, record.count);
        continue;
      }
      for (uint32_t i = record.more; i != kNone; i = edges_[i].next) {
        const uint64_t args[] = {edges_[i].g, edges_[i].seq, record.args[0]};
        writer_.event(record.time, GoEvent::GoUnblock, args, 3);
      }
    }
    writer_.end();
  }
}

}  // namespace thrace
