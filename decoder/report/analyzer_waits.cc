// The bookkeeping of waits, system calls and wakes, one at a time.
#include <algorithm>

#include "decoder/report/analyzer.h"

namespace thrace {
namespace {

constexpr size_t kMaxInterrupted = 16;  // handlers that jump out leave waits behind
constexpr int kKindShift = 56;          // user addresses have 56 bits at most

void add_share(std::vector<Share>& shares, uint64_t who, uint64_t time) {
  for (Share& share : shares)
    if (share.who == who) {
      share.count++;
      share.time += time;
      return;
    }
  shares.push_back({who, 1, time});
}

}  // namespace

void Analyzer::begin_wait(Live& live, Wait wait) {
  enter(live, Status::Waiting, wait.since);
  live.wait = wait;
  if (live.interrupted.empty()) return;
  // The handler is done with its traced call: the wait that it interrupted goes on.
  const Wait& outer = live.interrupted.back();
  if (outer.reason != wait.reason || outer.object != wait.object) return;
  live.wait.begun = outer.begun;
  live.wait.so_far = outer.so_far;
  live.wait.any = outer.any;
  if (outer.stack != 0) live.wait.stack = outer.stack;
  live.interrupted.pop_back();
}

uint32_t Analyzer::object(const Wait& wait) {
  const std::string_view kind = object_kind(wait.reason);
  const auto number = static_cast<uint64_t>(enum_value(ArgType::Wait, kind));
  uint32_t& index = objects_[wait.object ^ number << kKindShift];
  if (index == 0) {
    ObjectRow& row = analysis_.objects.emplace_back();
    row.pid = pid_;
    row.object = wait.object;
    row.module = analysis_.stacks->map().find(wait.object);
    row.first = wait.stack;
    row.kind = kind;
    index = static_cast<uint32_t>(analysis_.objects.size());
  }
  return index - 1;
}

void Analyzer::end_wait(Live& live, const Generation& generation, const EventView& event,
                        int64_t now) {
  Wait& wait = live.wait;
  wait.so_far += clipped(wait.since, now);
  wait.any = wait.any || (now >= filter_.from && wait.since <= filter_.to);
  const auto outcome = static_cast<Outcome>(event.args[0]);
  if (outcome == Outcome::Interrupted) {
    if (live.interrupted.size() == kMaxInterrupted) live.interrupted.clear();
    live.interrupted.push_back(wait);
    return;
  }
  ThreadRow& r = row(live);
  const bool counts = wait.any && (!filter_.object || *filter_.object == wait.object);
  if (!counts) return;
  r.waits++;
  if (!matches(r)) return;
  const uint32_t index = object(wait);
  ObjectRow& o = analysis_.objects[index];
  o.waits.add(wait.so_far);
  if (outcome == Outcome::Timeout) o.timeouts++;
  const Runner* waker = runners_.find(event.args[1]);
  if (waker) add_share(o.wakers, waker->row - 1, wait.so_far);
  if (wait.owner != 0) add_share(o.holders, wait.owner, wait.so_far);
  hand_on(live,
          {.thread = live.row,
           .object = index,
           .waker = waker ? waker->row - 1 : kNobody,
           .owner = wait.owner,
           .since = wait.begun,
           .time = wait.so_far,
           .outcome = outcome,
           .stack = wait.stack},
          {event.args[1], generation.number - event.args[2], event.args[3]});
}

void Analyzer::hand_on(Live& live, const EndedWait& wait, const WakeKey& wake) {
  const bool woken = wait.waker != kNobody && wait.outcome == Outcome::Woken;
  const bool joins = joins_ && wait.waker != kNobody && wake.seq != 0;
  const uint32_t number = over_.add(wait, woken + joins);
  if (woken) live.over = number + 1;
  if (joins) join_.wait(wake, number);
}

void Analyzer::judge(Live& live, const EventView& event, int64_t now) {
  const bool unlocks =
      event.type == Event::Wake && event.args[0] == static_cast<uint64_t>(WakeKind::Unlock);
  if (unlocks) return;
  const EndedWait& wait = over_[live.over - 1];
  const bool again = event.type == Event::GoBlock &&
                     event.args[1] == analysis_.objects[wait.object].object &&
                     object_kind(event.args[0]) == analysis_.objects[wait.object].kind;
  over_.judged(live.over - 1, again && now - live.since <= kFutileWait);
  live.over = 0;
}

void Analyzer::end_call(Live& live, StackId stack, int64_t now) {
  row(live).blocked_syscalls++;
  const bool any = now >= filter_.from && live.since <= filter_.to;
  if (!any || !matches(row(live)) || filter_.object) return;
  for (Observer* observer : observers_)
    observer->call({live.row, live.call, clipped(live.since, now), stack});
}

void Analyzer::wake(Live& live, const OrderedEvent& ordered, int64_t now) {
  const EventView& e = ordered.event;
  row(live).wakes++;
  Runner* runner = runners_.find(ordered.m);
  if (!runner) return;
  runner->wake = 0;
  if (!in_window(now) || !matches(row(live))) return;
  if (filter_.object && *filter_.object != e.args[1]) return;
  runner->wake = e.args[2];
  for (Observer* observer : observers_) observer->wake(live.row);
}

void Analyzer::wake_stack(const Generation& generation, const OrderedEvent& ordered, int64_t now) {
  const EventView& e = ordered.event;
  const StackId released = stack(generation, e);
  join_.stack({ordered.m, generation.number - e.args[1], e.args[0]}, released);
  const Runner* runner = runners_.find(ordered.m);
  if (!runner || runner->wake != e.args[0] || !in_window(now)) return;
  for (Observer* observer : observers_) observer->wake_stack(runner->row - 1, released);
}

void Analyzer::leave_open(const Wait& wait, uint32_t thread, int64_t now) {
  const uint32_t index = object(wait);
  analysis_.objects[index].unfinished++;
  const uint64_t time = wait.so_far + clipped(wait.since, now);
  if (time == 0) return;
  for (Observer* observer : observers_)
    observer->wait({.thread = thread,
                    .object = index,
                    .owner = wait.owner,
                    .since = wait.begun,
                    .time = time,
                    .open = true,
                    .stack = wait.stack});
}

}  // namespace thrace
