// Following the states.
#include "decoder/export/timeline.h"

#include <algorithm>

namespace thrace {
namespace {

constexpr uint64_t kMadeUpTids = 1 << 22;  // the kernel's are below

}  // namespace

Timeline::Timeline(TimelineSink& sink, StackTable& stacks, TimelineNumbers& numbers, uint64_t pid,
                   std::string name)
    : sink_(sink), stacks_(stacks), numbers_(numbers) {
  process_.number = ++numbers.processes;
  process_.pid = pid;
  process_.name = std::move(name);
}

void Timeline::begin(const Generation& generation) {
  if (!started_) {
    started_ = true;
    process_.clock = generation.clock;
    if (!numbers_.base) numbers_.base = process_.clock.mono;
    begun_ = static_cast<int64_t>(process_.clock.mono - *numbers_.base);
    counts_.time = begun_;
    sink_.process(process_);
  }
  stacks_.begin(generation);
  generation.each_thread([&](uint64_t m, const ThreadName& name) {
    const size_t* at = index_.find(m);
    if (at && !lanes_[*at]->labelled && !name.name.empty()) rename(*lanes_[*at], name.name);
  });
}

Timeline::Lane& Timeline::lane(const Generation& generation, uint64_t m) {
  if (const size_t* at = index_.find(m)) return *lanes_[*at];
  index_[m] = lanes_.size();
  Lane& lane = *lanes_.emplace_back(std::make_unique<Lane>());
  const ThreadName* known = generation.thread(m);
  lane.track.process = &process_;
  lane.track.number = ++numbers_.tracks;
  lane.track.tid = known ? known->tid : 0;
  if (lane.track.tid == 0 || lane.track.tid >= kMadeUpTids || tids_.find(lane.track.tid))
    lane.track.tid = kMadeUpTids + lane.track.number;
  tids_[lane.track.tid] = true;
  if (known) lane.track.name = known->name;
  lane.now.track = &lane.track;
  lane.drawn = begun_;
  return lane;
}

void Timeline::show(Lane& lane) {
  lane.shown = true;
  sink_.track(lane.track);
}

void Timeline::rename(Lane& lane, std::string_view name) {
  if (lane.track.name == name) return;
  lane.track.name = name;
  show(lane);
}

void Timeline::count(Status status, int by) {
  if (status == Status::Running) counts_.running += static_cast<uint64_t>(by);
  if (status == Status::Waiting) counts_.waiting += static_cast<uint64_t>(by);
}

// Ends the piece under way, if there is one.
void Timeline::leave(Lane& lane, int64_t now) {
  Slice& slice = lane.now;
  if (slice.status == Status::None) return;
  slice.until = std::max(now, slice.since);
  lane.drawn = slice.until;
  count(slice.status, -1);
  sink_.slice(slice);
  slice.status = Status::None;
}

void Timeline::enter(Lane& lane, Status status, int64_t now) {
  leave(lane, now);
  lane.now = Slice{};
  lane.now.track = &lane.track;
  lane.now.status = status;
  lane.now.since = std::max(now, lane.drawn);
  count(status, 1);
}

// A G starts to run on a lane: it was runnable until now.
void Timeline::start(Lane& lane, uint64_t g, int64_t now) {
  leave(lane, now);
  lane.g = g;
  const Born* born = born_.find(g);
  if (born && lane.track.start == 0) {
    lane.track.start = born->start;
    lane.track.start_module = born->module;
  }
  if (!lane.shown) show(lane);
  if (born) {
    enter(lane, Status::Runnable, std::min(born->since, now));
    born_.erase(g);
  }
  enter(lane, Status::Running, now);
}

void Timeline::wait(Lane& lane, uint64_t reason, uint64_t object, uint64_t owner, StackId stack) {
  lane.now.detail = reason;
  lane.now.object = object;
  lane.now.module = stacks_.map().find(object);
  lane.now.owner = owner;
  lane.now.stack = stack;
}

void Timeline::status(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  const auto wanted = static_cast<Status>(e.args[1]);
  if (lane.g == e.args[0] && lane.now.status == wanted) return;  // what was known all along
  // It has been so since before, but not since before what is drawn.
  const int64_t since = std::clamp(time(e.args[5]), std::min(lane.drawn, now), now);
  enter(lane, wanted, since);
  lane.g = e.args[0];
  lane.now.detail = e.args[2];
  if (wanted == Status::Waiting)
    wait(lane, e.args[2], e.args[3], e.args[4], stacks_.id(generation, e.stack, e.time));
}

void Timeline::end_wait(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  lane.now.outcome = static_cast<Outcome>(e.args[0]);
  enter(lane, Status::Running, now);
  const size_t* by = e.args[1] != 0 && e.args[3] != 0 ? index_.find(e.args[1]) : nullptr;
  if (!by || lanes_[*by]->wakes.empty()) return;
  const Lane& waker = *lanes_[*by];
  const PlacedWake& wake = waker.wakes[e.args[3] % kWakes];
  if (wake.seq != e.args[3] || wake.generation != generation.number - e.args[2]) return;
  sink_.edge({.number = ++numbers_.edges,
              .waker = &waker.track,
              .woke = wake.time,
              .woken = &lane.track,
              .ran = now,
              .how = wake.how});
}

void Timeline::wake(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  if (lane.wakes.empty()) lane.wakes.resize(kWakes);
  lane.wakes[e.args[2] % kWakes] = {generation.number, e.args[2], e.args[0], now};
}

// The state is not known until the GoStatus that follows.
void Timeline::lost(Lane& lane, const EventView& e, int64_t now) {
  const int64_t from = std::clamp(time(e.args[1]), std::min(lane.drawn, now), now);
  const int64_t to = std::clamp(time(e.args[2]), from, now);
  leave(lane, from);
  counts_.lost += e.args[0];
  if (e.args[0] == 0) return;
  sink_.slice({.track = &lane.track, .since = lane.drawn, .until = to, .detail = e.args[0]});
  lane.drawn = std::max(lane.drawn, to);
}

void Timeline::event(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const int64_t now = time(e.time);
  show_counts(time(ordered.time));
  switch (e.type) {
    case Event::Module:
    case Event::ModuleGone:
      return stacks_.event(generation, e);
    case Event::WakeStack:
      return;
    case Event::GoCreate:
      born_[e.args[0]] = {now, e.args[1],
                          stacks_.map().find_or_coming(generation, e.args[1], e.time)};
      return;
    case Event::GoCreateFailed:
      born_.erase(e.args[0]);
      return;
    case Event::GoLabel:
      if (const size_t* at = places_.find(e.args[0])) {
        lanes_[*at]->labelled = true;
        rename(*lanes_[*at], generation.string(e.args[1]));
      }
      return;
    default:
      break;
  }
  if (e.type == Event::GoStatus && e.args[1] == static_cast<uint64_t>(Status::Runnable)) {
    if (!born_.find(e.args[0])) born_[e.args[0]] = {std::clamp(time(e.args[5]), begun_, now)};
    return;
  }
  Lane& at = lane(generation, ordered.m);
  if (!at.shown && e.type != Event::GoStart) show(at);  // its start routine is known then
  switch (e.type) {
    case Event::GoStatus:
      status(at, generation, e, now);
      break;
    case Event::GoStart:
      start(at, e.args[0], now);
      break;
    case Event::GoCreateSyscall:
      enter(at, Status::Syscall, now);
      at.g = e.args[0];
      break;
    case Event::GoStop:
      leave(at, now);
      born_[at.g] = {now};
      break;
    case Event::GoBlock:
      enter(at, Status::Waiting, now);
      wait(at, e.args[0], e.args[1], e.args[2], stacks_.id(generation, e.stack, e.time));
      break;
    case Event::GoUnblock:
      end_wait(at, generation, e, now);
      break;
    case Event::GoSyscallBegin:
      enter(at, Status::Syscall, now);
      at.now.detail = e.args[0];
      break;
    case Event::GoSyscallEnd:
    case Event::GoSyscallEndBlocked:
      at.now.stack = stacks_.id(generation, e.stack, e.time);
      enter(at, Status::Running, now);
      break;
    case Event::Wake:
      wake(at, generation, e, now);
      break;
    case Event::Lost:
      lost(at, e, now);
      break;
    case Event::GoDestroy:
    case Event::GoDestroySyscall:
      leave(at, now);
      places_.erase(at.g);
      at.g = 0;
      break;
    default:
      break;
  }
  if (at.g != 0) places_[at.g] = index_[ordered.m];
}

// Counts are shown once for each time, when it is over.
void Timeline::show_counts(int64_t time) {
  if (time > counts_.time && (!any_shown_ || !counts_.same(shown_))) {
    sink_.counts(process_, counts_);
    shown_ = counts_;
    any_shown_ = true;
  }
  counts_.time = std::max(counts_.time, time);
}

void Timeline::finish(uint64_t ticks) {
  if (!started_) return;
  const int64_t now = std::max(time(ticks), counts_.time);
  show_counts(now);
  for (const auto& lane : lanes_) {
    lane->now.open = true;
    leave(*lane, now);
  }
  counts_.time = now;
  sink_.counts(process_, counts_);
}

}  // namespace thrace
