// The bookkeeping of states.
#include "decoder/report/analyzer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace thrace {

std::string_view object_kind(uint64_t reason) {
  switch (static_cast<WaitReason>(reason)) {
    case WaitReason::RwlockRead:
    case WaitReason::RwlockWrite:
      return "rwlock";
    case WaitReason::FutexPi:
      return "futex";
    case WaitReason::Join:
      return "thread";
    default:
      return enum_text(ArgType::Wait, reason);
  }
}

bool is_given_up(std::string_view kind) {
  constexpr std::string_view kKinds[] = {"mutex", "rwlock", "spin", "futex", "once", "barrier"};
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

bool is_lock(std::string_view kind) {
  return kind == "mutex" || kind == "rwlock" || kind == "spin";
}

void Analyzer::begin(const Generation& generation) {
  if (!started_) {
    started_ = true;
    clock_ = generation.clock;
    if (base_ == 0) {
      base_ = clock_.mono;
      analysis_.wall = clock_.wall;
    }
    shift_ = static_cast<int64_t>(clock_.mono - base_);
    const bool first = analysis_.programs.size() <= 1;
    analysis_.start = first ? shift_ : std::min(analysis_.start, shift_);
  }
  analysis_.stacks->begin(generation);
  picked_.begin(generation);
  memory_.begin(generation);
  join_.begin(generation.number);
  wakes_.begin(generation.number);
  joins_ = generation.stack(1).end != StackEnd::None;
  generation.each_thread([&](uint64_t m, const ThreadName& name) {
    Name& known = names_[m];
    known.tid = name.tid;
    if (!name.name.empty()) known.name = name.name;
  });
}

Analyzer::Live& Analyzer::introduce(uint64_t g, int64_t now) {
  Live& live = live_[g];
  if (live.over != 0) over_.judged(live.over - 1, false);
  abandon(live, now);
  live = Live{};
  live.row = static_cast<uint32_t>(analysis_.threads.size());
  live.since = now;
  ThreadRow& row = analysis_.threads.emplace_back();
  row.process = process_;
  row.pid = pid_;
  row.g = g;
  return live;
}

void Analyzer::bind(Live& live, uint64_t m) {
  ThreadRow& r = row(live);
  r.m = m;
  if (const Name* name = names_.find(m)) r.tid = name->tid;
  runners_[m] = live.row + 1;
}

// Accounts the state that ends now.
void Analyzer::leave(Live& live, int64_t now) {
  ThreadRow& r = row(live);
  const uint64_t span = window_.clipped(live.since, now);
  switch (live.status) {
    case Status::Running:
      r.running += span;
      break;
    case Status::Runnable:
      r.runnable += span;
      break;
    case Status::Syscall:
      r.syscall += span;
      break;
    case Status::Waiting:
      r.waiting += span;
      r.reasons[live.wait.reason % kReasons] += span;
      break;
    case Status::None:
      break;
  }
  live.since = now;
}

void Analyzer::enter(Live& live, Status status, int64_t now) {
  leave(live, now);
  live.status = status;
}

Analyzer::Wait Analyzer::wait_of(const Generation& generation, const EventView& event, size_t first,
                                 int64_t since) {
  const uint64_t object = event.args[first + 1];
  return {.reason = event.args[first],
          .object = object,
          .module = analysis_.stacks->place(generation, object, event.time),
          .owner = event.args[first + 2],
          .begun = since,
          .since = since,
          .stack = stack(generation, event)};
}

void Analyzer::status(const Generation& generation, const OrderedEvent& event, int64_t now) {
  const EventView& e = event.event;
  Live* known = live_.find(e.args[0]);
  const auto status = static_cast<Status>(e.args[1]);
  if (known && known->status == status) return;  // what was known all along
  if (known) abandon(*known, now);
  // It has been so since before: since the start of the trace at the earliest, and never since
  // before what is known of it.
  const int64_t earliest = known ? known->since : shift_;
  const int64_t since = std::clamp(time(e.args[5]), std::min(earliest, now), now);
  Live& live = known ? *known : introduce(e.args[0], since);
  if (status != Status::Runnable) bind(live, event.m);
  if (status == Status::Waiting) {
    begin_wait(live, wait_of(generation, e, 2, since), false);
    return;
  }
  live.call = {.number = e.args[2], .arg = static_cast<int64_t>(e.args[3]), .begun = since};
  enter(live, status, since);
}

void Analyzer::create(const Generation& generation, const OrderedEvent& ordered, int64_t now) {
  const EventView& e = ordered.event;
  if (Live* creator = live_.find(ordered.g)) {
    if (creator->over != 0) judge(*creator, e, now);
    row(*creator).creations += window_.contains(now);
    creator->handler = false;
  }
  Live& live = introduce(e.args[0], now);
  live.status = Status::Runnable;
  row(live).start = e.args[1];
  row(live).start_module = analysis_.stacks->map().find_or_coming(generation, e.args[1], e.time);
}

void Analyzer::event(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const int64_t now = time(e.time);
  memory_.event(ordered);
  picked_.event(generation, e);
  switch (e.type) {
    case Event::WakeStack:
      return wake_stack(generation, ordered);
    case Event::GoStatus:
      return status(generation, ordered, now);
    case Event::Module:
    case Event::ModuleGone:
    case Event::ObjectName:
      return analysis_.stacks->event(generation, e);
    case Event::GoCreate:
      return create(generation, ordered, now);
    default:
      break;
  }
  const bool names_g = e.type == Event::GoStart || e.type == Event::GoLabel ||
                       e.type == Event::GoCreateFailed || e.type == Event::GoCreateSyscall ||
                       e.type == Event::GoDestroy || e.type == Event::GoDestroySyscall;
  const uint64_t g = names_g ? e.args[0] : ordered.g;
  Live* found = live_.find(g);
  const bool introduces = e.type == Event::GoStart || e.type == Event::GoCreateSyscall;
  if (!found && !introduces) return;
  Live& live = found ? *found : introduce(g, now);
  if (live.over != 0) judge(live, e, now);
  Live* writer = names_g ? live_.find(ordered.g) : &live;
  const bool by_handler = writer && std::exchange(writer->handler, false);
  switch (e.type) {
    case Event::GoStart:
      bind(live, ordered.m);
      enter(live, Status::Running, now);
      break;
    case Event::GoCreateSyscall:
      live.call = {};
      bind(live, ordered.m);
      enter(live, Status::Syscall, now);
      break;
    case Event::GoStop:
      enter(live, Status::Runnable, now);
      break;
    case Event::GoBlock:
      begin_wait(live, wait_of(generation, e, 0, now), by_handler);
      break;
    case Event::GoUnblock:
      end_wait(live, generation, e, now);
      enter(live, Status::Running, now);
      break;
    case Event::GoSyscallBegin:
      enter(live, Status::Syscall, now);
      begin_call(live, e, now, by_handler);
      break;
    case Event::GoSyscallEndBlocked:
    case Event::GoSyscallEnd:
      end_call(live, generation, e, now);
      enter(live, Status::Running, now);
      break;
    case Event::GoLabel:
      row(live).name = generation.string(e.args[1]);
      break;
    case Event::Wake:
      wake(live, generation, ordered, now);
      break;
    case Event::Lost:
      abandon(live, now);
      enter(live, Status::None, std::clamp(time(e.args[1]), live.since, std::max(live.since, now)));
      row(live).lost += e.args[0];
      break;
    case Event::GoCreateFailed:
      row(live).failed = true;
      [[fallthrough]];
    case Event::GoDestroy:
    case Event::GoDestroySyscall:
      note_target(generation, live);
      if (live.status == Status::Syscall) leave_call_open(live, now);
      leave(live, now);
      // One that vanishes in a wait or a call, as with its process, has not seen the end of it.
      if (live.status == Status::Waiting && live.wait.taken) {
        queue(live.wait.row).leave(live.wait.ticket, live.wait.site(), false, now, window_);
        if (live.wait.picked) leave_open(live, now);
      }
      forget(live.interrupted, now);
      row(live).ended = now;
      live_.erase(g);
      break;
    default:
      break;
  }
}

// Its tables go with it, and the next one may not know a descriptor that is still in use.
void Analyzer::end(const Generation& generation) {
  live_.each([&](uint64_t, Live& live) { note_target(generation, live); });
}

void Analyzer::finish(uint64_t ticks) {
  const int64_t now = time(ticks);
  flush_barriers();
  join_.finish();
  for (size_t i = first_thread_; i < analysis_.threads.size(); i++) {
    ThreadRow& row = analysis_.threads[i];
    const Name* name = names_.find(row.m);
    if (name && row.tid == 0) row.tid = name->tid;
    if (name && row.name.empty()) row.name = name->name;
    row.picked = matches(row);
  }
  live_.each([&](uint64_t, Live& live) {
    row(live).last = live.status;
    if (live.over != 0) over_.judged(live.over - 1, false);
    if (live.status == Status::Syscall) leave_call_open(live, now);
    leave(live, std::max(now, live.since));
    if (live.status == Status::Waiting && live.wait.picked) leave_open(live, now);
  });
  wakes_.finish();
  for (size_t i = 0; i < queues_.size(); i++) {
    queues_[i].finish(now, window_);
    analysis_.objects[first_object_ + i].handovers = queues_[i].result();
  }
  const auto hand_out = [&](const Shares& shares, std::vector<Share> ObjectRow::*to) {
    shares.each([&](uint32_t object, const Share& share) {
      (analysis_.objects[object].*to).push_back(share);
    });
  };
  hand_out(wakers_, &ObjectRow::wakers);
  hand_out(holders_, &ObjectRow::holders);
  hand_out(lasts_, &ObjectRow::lasts);
  analysis_.shares_beyond += wakers_.beyond() + holders_.beyond() + lasts_.beyond();
  analysis_.end = std::max(analysis_.end, now);
  analysis_.ends.push_back(now);
}

}  // namespace thrace
