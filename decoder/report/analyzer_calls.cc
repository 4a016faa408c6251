// The bookkeeping of system calls and wakes, one at a time.
#include "core/format/descriptor_calls.h"
#include "decoder/report/analyzer.h"

namespace thrace {
namespace {

// Releases that end the waiting for something that was held.
bool gives_up(WakeKind how) {
  return how == WakeKind::Unlock || how == WakeKind::Futex || how == WakeKind::Arrive ||
         how == WakeKind::Done;
}

}  // namespace

// What its descriptor stands for, if it takes one and that is known.
std::string_view Analyzer::target_of(const Generation& generation, const Call& call) {
  return takes_descriptor(call.number) ? generation.descriptor(static_cast<uint64_t>(call.arg))
                                       : std::string_view();
}

void Analyzer::note_target(const Generation& generation, Live& live) {
  if (live.status != Status::Syscall) return;
  if (const auto target = target_of(generation, live.call); !target.empty())
    live.call.target = target;
}

// `by_handler`: of a signal handler that has just interrupted what the thread was in.
void Analyzer::begin_call(Live& live, const EventView& event, int64_t now, bool by_handler) {
  std::vector<Call>& outer = live.interrupted_calls;
  if (!by_handler && !outer.empty() && outer.back().number == event.args[0]) {
    live.call = outer.back();
    outer.pop_back();
    return;
  }
  live.call = {.number = event.args[0], .arg = static_cast<int64_t>(event.args[1]), .begun = now};
}

void Analyzer::end_call(Live& live, const Generation& generation, const EventView& event,
                        int64_t now) {
  Call& call = live.call;
  if (call.number == kNoCall) return;
  call.so_far += window_.clipped(live.since, now);
  if (event.args[0] == kSyscallInterrupted) {
    if (live.interrupted_calls.size() == kMaxInterrupted) live.interrupted_calls.clear();
    live.interrupted_calls.push_back(call);
    live.handler = true;
    return;
  }
  const bool blocked = event.type == Event::GoSyscallEndBlocked;
  if (!picker_.filter().object.empty() || !matches(row(live))) return;
  if (!window_.touches(call.begun, now)) return;
  const StackId stack = blocked ? this->stack(generation, event) : 0;
  if (!picker_.function(stack)) return;
  row(live).syscalls++;
  row(live).blocked_syscalls += blocked;
  for (Observer* observer : observers_)
    observer->call({.thread = live.row,
                    .number = call.number,
                    .arg = call.arg,
                    .target = target_of(generation, call),
                    .since = call.begun,
                    .until = now,
                    .time = call.so_far,
                    .error = event.args[0],
                    .blocked = blocked,
                    .stack = stack});
}

// A call that did not end.
void Analyzer::leave_call_open(const Live& live, int64_t now) {
  const Call& call = live.call;
  if (call.number == kNoCall || !window_.touches(call.begun, now)) return;
  if (!picker_.filter().object.empty() || !matches(row(live)) || !picker_.function(0)) return;
  for (Observer* observer : observers_)
    observer->call({.thread = live.row,
                    .number = call.number,
                    .arg = call.arg,
                    .target = call.target,
                    .since = call.begun,
                    .until = now,
                    .time = call.so_far + window_.clipped(live.since, now),
                    .open = true});
}

void Analyzer::wake(Live& live, const Generation& generation, const OrderedEvent& ordered,
                    int64_t now) {
  const EventView& e = ordered.event;
  EndedWake wake = {.thread = live.row,
                    .address = e.args[1],
                    .module = analysis_.stacks->place(e.args[1]),
                    .how = static_cast<WakeKind>(e.args[0]),
                    .time = now,
                    .waiters = e.args[3],
                    .within = window_.contains(now)};
  if (const uint32_t* held = held_.find(wake.address); held && gives_up(wake.how)) {
    wake.object = *held - 1;
    wake.charges = queue(wake.object).release(now, window_);
  }
  if (wake.how == WakeKind::Arrive) live.arrival = {ordered.m, generation.number, e.args[2]};
  wake.picked = matches(row(live)) && picker_.object(wake.module, wake.address);
  wakes_.add({ordered.m, generation.number, e.args[2]}, std::move(wake));
}

void Analyzer::wake_stack(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const StackId released = stack(generation, e);
  const WakeKey key = {ordered.m, generation.number - e.args[1], e.args[0]};
  join_.stack(key, released);
  if (EndedWake* wake = wakes_.find(key)) wake->stack = released;
}

}  // namespace thrace
