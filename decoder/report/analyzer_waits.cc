// The bookkeeping of waits, one at a time.
#include <algorithm>

#include "decoder/report/analyzer.h"

namespace thrace {
namespace {

constexpr size_t kRounds = 8;            // of a barrier that are remembered for late wakees
constexpr size_t kMaxArrived = 1 << 14;  // waits at a barrier that are kept for its last
constexpr int kKindShift = 56;           // user addresses have 56 bits at most

// True if who has waited for it, and was woken, holds it then.  Woken at a futex or a barrier it
// has nothing that it could give up.
bool is_held(uint64_t reason) {
  return is_lock(object_kind(reason)) || reason == static_cast<uint64_t>(WaitReason::FutexPi) ||
         reason == static_cast<uint64_t>(WaitReason::Once);
}

}  // namespace

// `by_handler`: of a signal handler that has just interrupted what the thread was in.
void Analyzer::begin_wait(Live& live, Wait wait, bool by_handler) {
  enter(live, Status::Waiting, wait.since);
  live.wait = wait;
  if (!live.interrupted.empty() && !by_handler) {
    const Wait& outer = live.interrupted.back();
    if (outer.reason == wait.reason && outer.object == wait.object) {
      // The handler is done with its traced call: the wait that it interrupted goes on.
      live.wait = outer;
      live.wait.since = wait.since;
      live.interrupted.pop_back();
      return;
    }
  }
  Wait& begun = live.wait;
  begun.taken = picker_.object(begun.module, begun.object);
  if (!begun.taken) return;
  begun.picked = matches(row(live)) && picker_.function(begun.stack);
  begun.row = object(begun);
  begun.ticket = queue(begun.row).arrive(begun.site(), begun.since, window_);
}

// Waits that will not go on.
void Analyzer::forget(std::vector<Wait>& interrupted, int64_t now) {
  for (const Wait& wait : interrupted)
    if (wait.taken) queue(wait.row).leave(wait.ticket, wait.site(), false, now, window_);
  interrupted.clear();
}

// The index of the row of what is waited for.  Where another library was loaded at the address of
// one that was closed, there are other objects.
uint32_t Analyzer::object(const Wait& wait) {
  const std::string_view kind = object_kind(wait.reason);
  const auto number = static_cast<uint64_t>(enum_value(ArgType::Wait, kind));
  uint32_t& index = objects_[wait.object ^ number << kKindShift];
  if (index == 0 || analysis_.objects[index - 1].module != wait.module) {
    ObjectRow& row = analysis_.objects.emplace_back();
    row.process = process_;
    row.pid = pid_;
    row.object = wait.object;
    row.module = wait.module;
    row.first = wait.stack;
    row.kind = kind;
    queues_.emplace_back(is_given_up(kind));
    index = static_cast<uint32_t>(analysis_.objects.size());
  }
  if (is_given_up(kind)) held_[wait.object] = index;
  return index - 1;
}

// Notes whose it is.  To be called when a wait for it is over, or the trace is: a thread that is
// waited for has started by then.
void Analyzer::own(ObjectRow& object) {
  const bool join = object.kind == object_kind(static_cast<uint64_t>(WaitReason::Join));
  const bool first = object.waits.count() + object.unfinished == 0;
  if (!join && !first && object.owner == kNobody) return;  // in no stack before: not in one now
  const uint64_t m = join ? memory_.thread(object.object) : memory_.on_stack(object.object);
  const uint32_t* runner = m == 0 ? nullptr : runners_.find(m);
  if (!runner || *runner == 0 || *runner - 1 == object.owner) return;
  object.owners = object.owner != kNobody;
  object.owner = *runner - 1;
}

void Analyzer::end_wait(Live& live, const Generation& generation, const EventView& event,
                        int64_t now) {
  Wait& wait = live.wait;
  wait.so_far += window_.clipped(wait.since, now);
  const auto outcome = static_cast<Outcome>(event.args[0]);
  if (outcome == Outcome::Interrupted) {
    if (live.interrupted.size() == kMaxInterrupted) forget(live.interrupted, now);
    live.interrupted.push_back(wait);
    live.handler = true;
    return;
  }
  if (!wait.taken) return;
  const bool got = outcome == Outcome::Woken || outcome == Outcome::OwnerDied;
  if (outcome == Outcome::OwnerDied) owner_died(wait, now);
  queue(wait.row).leave(wait.ticket, wait.site(), got, now, window_);
  if (got) got_by_[wait.row] = live.row + 1;
  if (!window_.touches(wait.begun, now)) return;
  ObjectRow& o = analysis_.objects[wait.row];
  own(o);
  if (outcome == Outcome::Changed) {
    o.changed += wait.picked;
    return;
  }
  if (wait.picked) {
    row(live).waits++;
    o.waits.add(wait.so_far);
    if (outcome == Outcome::Timeout) o.timeouts++;
    if (wait.owner != 0) holders_.add(wait.row, wait.owner, wait.so_far);
  }
  const uint32_t* runner = runners_.find(event.args[1]);
  const uint32_t waker = runner ? *runner - 1 : kNobody;
  const WakeKey key = {event.args[1], generation.number - event.args[2], event.args[3]};
  EndedWait ended = {.thread = live.row,
                     .object = wait.row,
                     .owner = wait.owner,
                     .since = wait.begun,
                     .until = now,
                     .time = wait.so_far,
                     .outcome = outcome,
                     .join = wait.reason == static_cast<uint64_t>(WaitReason::Join),
                     .stack = wait.stack,
                     .picked = wait.picked,
                     .within = window_.contains(now)};
  if (wait.reason == static_cast<uint64_t>(WaitReason::Barrier))
    return end_barrier_wait(live, ended, waker, key);
  attribute(ended, waker, key);
  hand_on(&live, ended, key);
}

// Who ended a wait, and by which Wake.
void Analyzer::attribute(EndedWait& wait, uint32_t waker, const WakeKey& key) {
  wait.waker = waker;
  if (waker != kNobody) {
    wait.waker_picked = matches(analysis_.threads[waker]);
    if (wait.picked) wakers_.add(wait.object, waker, wait.time);
  }
  EndedWake* wake = wakes_.find(key);
  if (!wake) return;
  wake->woken++;
  wake->object = wait.object;
  if (wait.until >= wake->time)
    wait.latency = static_cast<uint64_t>(wait.until) - static_cast<uint64_t>(wake->time);
}

// To the observers, when what is still open about the wait is known.  `live`: who waited, if its
// next step tells whether the wait was futile.
void Analyzer::hand_on(Live* live, const EndedWait& wait, const WakeKey& wake) {
  const bool judged = live && wait.waker != kNobody && wait.outcome == Outcome::Woken;
  const bool joins = joins_ && wait.waker != kNobody && wake.seq != 0;
  const uint32_t number = over_.add(wait, judged + joins);
  if (judged) {
    live->over = number + 1;
    live->woken_by = wake;
  }
  if (joins) join_.wait(wake, number);
}

// At a barrier a wait may name a thread that has arrived for the next round already: there is one
// stamp for all.  What ends it is the last arrival of its own round, which falls between its
// beginning and its end; the wait of that thread has the outcome Last, and may end later.
void Analyzer::end_barrier_wait(const Live& live, const EndedWait& wait, uint32_t waker,
                                const WakeKey& wake) {
  Barrier& barrier = barriers_[wait.object];
  const auto of_round = [](const EndedWait& w, const Round& round) {
    return w.since <= round.arrived && round.arrived <= w.until;
  };
  if (wait.outcome == Outcome::Last) {
    const Round round = {wait.since, live.row, live.arrival};
    lasts_.add(wait.object, live.row, 0);
    std::erase_if(barrier.open, [&](Arrived& other) {
      if (!of_round(other.wait, round)) return false;
      attribute(other.wait, round.row, round.wake);
      hand_on(nullptr, other.wait, round.wake);
      return true;
    });
    if (barrier.rounds.size() == kRounds) barrier.rounds.erase(barrier.rounds.begin());
    barrier.rounds.push_back(round);
    return hand_on(nullptr, wait, {});
  }
  const auto round = std::find_if(barrier.rounds.begin(), barrier.rounds.end(),
                                  [&](const Round& r) { return of_round(wait, r); });
  EndedWait ended = wait;
  if (round != barrier.rounds.end()) {
    attribute(ended, round->row, round->wake);
    return hand_on(nullptr, ended, round->wake);
  }
  if (wait.outcome == Outcome::Woken && barrier.open.size() < kMaxArrived) {
    barrier.open.push_back({wait, waker, wake});
    return;
  }
  attribute(ended, waker, wake);
  hand_on(nullptr, ended, wake);
}

// Waits of rounds whose last was not seen: the trace's word must do.
void Analyzer::flush_barriers() {
  barriers_.each([&](uint64_t, Barrier& barrier) {
    for (Arrived& arrived : barrier.open) {
      attribute(arrived.wait, arrived.waker, arrived.wake);
      hand_on(nullptr, arrived.wait, arrived.wake);
    }
    barrier.open.clear();
  });
}

// The first step of a thread after a wait that was ended by a Wake.
void Analyzer::judge(Live& live, const EventView& event, int64_t now) {
  const bool unlocks =
      event.type == Event::Wake && event.args[0] == static_cast<uint64_t>(WakeKind::Unlock);
  if (unlocks) return;
  const EndedWait& wait = over_[live.over - 1];
  const bool again = event.type == Event::GoBlock &&
                     event.args[1] == analysis_.objects[wait.object].object &&
                     object_kind(event.args[0]) == analysis_.objects[wait.object].kind;
  const bool futile = again && now - live.since <= kFutileWait;
  over_.judged(live.over - 1, futile);
  live.over = 0;
  if (!futile) return;
  if (EndedWake* wake = wakes_.find(live.woken_by)) wake->futile++;
}

// What a G was in will not go on, or nothing more is known of it.
void Analyzer::abandon(Live& live, int64_t now) {
  if (live.status == Status::Waiting) live.interrupted.push_back(live.wait);
  live.wait = {.reason = live.wait.reason};  // its time so far remains that of its reason
  forget(live.interrupted, now);
  live.interrupted_calls.clear();
  live.handler = false;
}

// Whom this G waits for, as far as the trace tells: of a join, the thread; else whoever held the
// object when the wait began, unless it was given up since; then whoever got it after a wait.
uint32_t Analyzer::holder(const Live& live) const {
  const Wait& wait = live.wait;
  if (wait.reason == static_cast<uint64_t>(WaitReason::Join))
    return analysis_.objects[wait.row].owner;
  if (!is_held(wait.reason)) return kNobody;
  if (queues_[wait.row - first_object_].released_since(wait.begun)) {
    const uint32_t* got = got_by_.find(wait.row);
    return got && !queues_[wait.row - first_object_].is_free() ? *got - 1 : kNobody;
  }
  return wait.owner == 0 ? kNobody : thread_of(wait.owner);
}

// The latest thread of the process with this tid.
uint32_t Analyzer::thread_of(uint64_t tid) const {
  for (size_t i = analysis_.threads.size(); i > first_thread_; i--)
    if (analysis_.threads[i - 1].tid == tid) return static_cast<uint32_t>(i - 1);
  return kNobody;
}

// Who died with a robust mutex has not released it, the kernel has: what others waited is the dead
// one's doing, not that of whoever gets it.
void Analyzer::owner_died(const Wait& wait, int64_t now) {
  EndedWake released = {.object = wait.row, .address = wait.object, .module = wait.module};
  released.charges = queue(wait.row).release(now, window_);
  released.thread = wait.owner == 0 ? kNobody : thread_of(wait.owner);
  if (released.thread == kNobody || released.charges.empty()) return;
  released.time = now;
  released.picked = matches(analysis_.threads[released.thread]) && picker_.function(0);
  released.within = window_.contains(now);
  for (Observer* observer : observers_) observer->released(released);
}

// A wait that did not end.
void Analyzer::leave_open(const Live& live, int64_t now) {
  const Wait& wait = live.wait;
  const uint64_t time = wait.so_far + window_.clipped(wait.since, now);
  if (time == 0 && !window_.touches(wait.begun, now)) return;
  own(analysis_.objects[wait.row]);
  analysis_.objects[wait.row].unfinished++;
  analysis_.objects[wait.row].open += time;
  analysis_.open.push_back({live.row, wait.row, holder(live), wait.begun, now, wait.stack});
  if (time == 0) return;
  for (Observer* observer : observers_)
    observer->wait({.thread = live.row,
                    .object = wait.row,
                    .owner = wait.owner,
                    .since = wait.begun,
                    .until = now,
                    .time = time,
                    .open = true,
                    .join = wait.reason == static_cast<uint64_t>(WaitReason::Join),
                    .stack = wait.stack});
}

}  // namespace thrace
