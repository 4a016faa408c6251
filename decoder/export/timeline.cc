// Following the states.
#include "decoder/export/timeline.h"

#include <algorithm>
#include <utility>

namespace thrace {
namespace {

constexpr uint64_t kMadeUpTids = 1 << 22;  // the kernel's are below
constexpr size_t kMaxInterrupted = 16;     // handlers that jump out leave waits behind

}  // namespace

Timeline::Timeline(TimelineSink& sink, StackTable& stacks, TimelineNumbers& numbers, Picker& picker,
                   uint64_t pid, std::string name)
    : sink_(sink),
      stacks_(stacks),
      numbers_(numbers),
      picker_(picker),
      threads_(picker),
      join_([this](uint32_t edge, StackId release) {
        edges_[edge].edge.release = release;
        show_edge(edges_[edge]);
        free_.push_back(edge);
      }) {
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
    process_.start = latest_ = begun_;
    counts_.time = begun_;
    sink_.process(process_);
  }
  stacks_.begin(generation);
  join_.begin(generation.number);
  recent_.begin(generation.number, [](PlacedWake&) {});
  joins_ = generation.stack(1).end != StackEnd::None;
  threads_.begin(generation);
  generation.each_thread([&](uint64_t m, const ThreadName& name) {
    const size_t* at = index_.find(m);
    if (!at) return;
    pick(*lanes_[*at]);
    if (!lanes_[*at]->labelled && !name.name.empty()) rename(*lanes_[*at], name.name);
  });
}

Timeline::Lane& Timeline::lane(const Generation& generation, uint64_t m) {
  if (const size_t* at = index_.find(m)) return *lanes_[*at];
  index_[m] = lanes_.size();
  Lane& lane = *lanes_.emplace_back(std::make_unique<Lane>());
  const ThreadName* known = generation.thread(m);
  lane.track.process = &process_;
  lane.track.number = ++numbers_.tracks;
  lane.track.kernel_tid = lane.track.tid = known ? known->tid : 0;
  if (lane.track.tid == 0 || lane.track.tid >= kMadeUpTids || tids_.find(lane.track.tid))
    lane.track.tid = kMadeUpTids + lane.track.number;
  tids_[lane.track.tid] = true;
  if (known) lane.track.name = known->name;
  lane.m = m;
  pick(lane);
  lane.now.track = &lane.track;
  lane.drawn = begun_;
  return lane;
}

// One that has ended stays what it was.
void Timeline::pick(Lane& lane) {
  lane.picked = threads_.picks(lane.m, lane.g) || (lane.g == 0 && lane.picked);
}

void Timeline::show(Lane& lane) {
  if (lane.shown) return;
  lane.shown = true;
  sink_.track(lane.track);
}

// Cuts a piece to the window.  False if nothing is left of it, or the filter wants something else.
bool Timeline::passes(const Lane& lane, Slice& slice) {
  const Window& window = picker_.window();
  const Filter& filter = picker_.filter();
  if (!lane.picked || !window.touches(slice.since, slice.until)) return false;
  if (!filter.object.empty() &&
      (slice.status != Status::Waiting || !picker_.object(slice.module, slice.object)))
    return false;
  if (!filter.function.empty() && (slice.stack == 0 || !picker_.function(slice.stack)))
    return false;
  slice.since = std::max(slice.since, window.from);
  slice.until = std::min(slice.until, window.to);
  return true;
}

void Timeline::draw(Lane& lane, Slice& slice) {
  if (!passes(lane, slice)) return;
  slice.number = ++numbers_.slices;
  show(lane);
  sink_.slice(slice);
}

// Tells of a wait that begins, or that lasts when the window begins.
void Timeline::announce(const Lane& lane) {
  Slice wait = lane.now;
  wait.until = std::numeric_limits<int64_t>::max();
  if (passes(lane, wait)) sink_.waits(wait);
}

void Timeline::show_edge(Edge& edge) {
  const Window& window = picker_.window();
  WakeEdge& wake = edge.edge;
  const bool ends = wake.wait.number != 0 && window.contains(wake.wait.until);
  const bool wakes = edge.waker->picked && window.contains(wake.woke) &&
                     picker_.object(wake.wait.module, wake.wait.object) &&
                     picker_.function(wake.release);
  if (!ends && !wakes) return;
  show(*edge.waker);
  show(*edge.woken);
  wake.number = ++numbers_.edges;
  sink_.edge(wake);
}

void Timeline::rename(Lane& lane, std::string_view name) {
  if (lane.track.name == name) return;
  lane.track.name = name;
  if (lane.shown) sink_.track(lane.track);
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
  Slice piece = slice;
  lane.drawn = slice.until;
  count(slice.status, -1);
  draw(lane, piece);
  slice.number = piece.number;
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
  pick(lane);
  const Born* born = born_.find(g);
  if (born && lane.track.start == 0) {
    lane.track.start = born->start;
    lane.track.start_module = born->module;
  }
  if (lane.picked) show(lane);
  if (born) {
    enter(lane, Status::Runnable, std::min(born->since, now));
    born_.erase(g);
  }
  enter(lane, Status::Running, now);
}

// `by_handler`: of a signal handler that has just interrupted what the thread was in.
void Timeline::wait(Lane& lane, const Generation& generation, const EventView& e, size_t first,
                    bool by_handler) {
  Slice& now = lane.now;
  now.detail = e.args[first];
  now.object = e.args[first + 1];
  now.module = stacks_.place(generation, now.object, e.time);
  now.owner = e.args[first + 2];
  now.stack = stacks_.id(generation, e.stack, e.time);
  resume(lane, by_handler);
  if (opened_) announce(lane);
}

// What a thread was in until now, a wait or a call, will go on after a signal handler.
void Timeline::interrupt(Lane& lane, Status status) {
  const Slice& part = lane.now;
  if (lane.interrupted.size() == kMaxInterrupted) lane.interrupted.clear();
  lane.interrupted.push_back({status, part.detail, part.object,
                              part.before + picker_.window().clipped(part.since, part.until),
                              part.stack});
  lane.handler = true;
}

void Timeline::handler_did(uint64_t m) {
  if (const size_t* at = index_.find(m)) lanes_[*at]->handler = false;
}

// The handler is done with its traced call: the wait or call that it interrupted goes on.
void Timeline::resume(Lane& lane, bool by_handler) {
  if (lane.interrupted.empty() || by_handler) return;
  const Parts& outer = lane.interrupted.back();
  Slice& now = lane.now;
  if (outer.status != now.status || outer.detail != now.detail || outer.object != now.object)
    return;
  now.before = outer.time;
  if (outer.stack != 0) now.stack = outer.stack;
  lane.interrupted.pop_back();
}

void Timeline::end_call(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  lane.now.stack = stacks_.id(generation, e.stack, e.time);
  lane.now.ended = true;
  lane.now.blocked = e.type == Event::GoSyscallEndBlocked;
  lane.now.error = e.args[0];
  const bool known = lane.now.status == Status::Syscall;
  leave(lane, now);
  if (known && e.args[0] == kSyscallInterrupted) interrupt(lane, Status::Syscall);
  enter(lane, Status::Running, now);
}

void Timeline::status(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  const auto wanted = static_cast<Status>(e.args[1]);
  if (lane.g == e.args[0] && lane.now.status == wanted) return;  // what was known all along
  // It has been so since before, but not since before what is drawn.
  const int64_t since = std::clamp(time(e.args[5]), std::min(lane.drawn, now), now);
  enter(lane, wanted, since);
  lane.g = e.args[0];
  pick(lane);
  lane.now.detail = e.args[2];
  if (wanted == Status::Waiting) wait(lane, generation, e, 2, false);
}

void Timeline::end_wait(Lane& lane, const Generation& generation, const EventView& e, int64_t now) {
  lane.now.outcome = static_cast<Outcome>(e.args[0]);
  lane.now.ended = true;
  Slice wait{.track = &lane.track};
  if (lane.now.status == Status::Waiting) {
    leave(lane, now);
    wait = lane.now;
    wait.status = Status::Waiting;
    if (wait.outcome == Outcome::Interrupted) interrupt(lane, Status::Waiting);
  }
  enter(lane, Status::Running, now);
  const size_t* by = e.args[1] != 0 && e.args[3] != 0 ? index_.find(e.args[1]) : nullptr;
  const WakeKey key = {e.args[1], generation.number - e.args[2], e.args[3]};
  const PlacedWake* wake = by ? recent_.find(key) : nullptr;
  if (!wake) return;
  Lane& waker = *lanes_[*by];
  Edge edge{.edge = {.waker = &waker.track, .woke = wake->time, .how = wake->how, .wait = wait},
            .waker = &waker,
            .woken = &lane};
  edge.edge.wait.until = now;
  if (!joins_) return show_edge(edge);
  uint32_t number = static_cast<uint32_t>(edges_.size());
  if (free_.empty()) {
    edges_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  edges_[number] = edge;
  join_.wait(key, number);
}

void Timeline::wake(Lane& lane, const WakeKey& key, const EventView& e, int64_t now) {
  recent_.add(key, {e.args[0], now}, [](PlacedWake&) {});
  if (e.args[0] == static_cast<uint64_t>(WakeKind::Unlock) && picker_.window().contains(now))
    sink_.releases(lane.track, now, e.args[1]);
}

// The state is not known until the GoStatus that follows.
void Timeline::lost(Lane& lane, const EventView& e, int64_t now) {
  const int64_t from = std::clamp(time(e.args[1]), std::min(lane.drawn, now), now);
  const int64_t to = std::clamp(time(e.args[2]), from, now);
  leave(lane, from);
  counts_.lost += e.args[0];
  if (e.args[0] == 0) return;
  Slice loss{.track = &lane.track, .since = lane.drawn, .until = to, .detail = e.args[0]};
  draw(lane, loss);
  lane.drawn = std::max(lane.drawn, to);
}

void Timeline::event(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const int64_t now = time(e.time);
  latest_ = time(ordered.time);
  threads_.event(generation, e);
  show_counts(latest_);
  switch (e.type) {
    case Event::Module:
    case Event::ModuleGone:
    case Event::ObjectName:
      return stacks_.event(generation, e);
    case Event::WakeStack:
      return join_.stack({ordered.m, generation.number - e.args[1], e.args[0]},
                         stacks_.id(generation, e.stack, e.time));
    case Event::GoCreate:
      handler_did(ordered.m);
      born_[e.args[0]] = {now, e.args[1],
                          stacks_.map().find_or_coming(generation, e.args[1], e.time)};
      return;
    case Event::GoCreateFailed:
      born_.erase(e.args[0]);
      return;
    case Event::GoLabel:
      handler_did(ordered.m);
      if (const size_t* at = places_.find(e.args[0])) {
        lanes_[*at]->labelled = true;
        pick(*lanes_[*at]);
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
  if (at.picked && e.type != Event::GoStart) show(at);  // its start routine is known then
  const bool by_handler = std::exchange(at.handler, false);
  switch (e.type) {
    case Event::GoStatus:
      status(at, generation, e, now);
      break;
    case Event::GoStart:
      start(at, e.args[0], now);
      break;
    case Event::GoCreateSyscall:
      leave(at, now);  // in the kernel, in a call that nobody knows: it is not drawn
      at.g = e.args[0];
      pick(at);
      break;
    case Event::GoStop:
      leave(at, now);
      born_[at.g] = {now};
      break;
    case Event::GoBlock:
      enter(at, Status::Waiting, now);
      wait(at, generation, e, 0, by_handler);
      break;
    case Event::GoUnblock:
      end_wait(at, generation, e, now);
      break;
    case Event::GoSyscallBegin:
      enter(at, Status::Syscall, now);
      at.now.detail = e.args[0];
      resume(at, by_handler);
      break;
    case Event::GoSyscallEnd:
    case Event::GoSyscallEndBlocked:
      end_call(at, generation, e, now);
      break;
    case Event::Wake:
      wake(at, {ordered.m, generation.number, e.args[2]}, e, now);
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

// Counts are shown once for each time, when it is over, as far as it lies in the window.
void Timeline::show_counts(int64_t time) {
  const Window& window = picker_.window();
  if (closed_) return;
  closed_ = time > window.to;
  const int64_t until = std::clamp(time, window.from, window.to);
  counts_.time = std::max(counts_.time, window.from);
  if ((until > counts_.time || closed_) && (!any_shown_ || !counts_.same(shown_))) {
    sink_.counts(process_, counts_);
    shown_ = counts_;
    any_shown_ = true;
  }
  counts_.time = std::max(counts_.time, until);
  if (opened_ || time < window.from) return;
  opened_ = true;
  for (const auto& lane : lanes_)
    if (lane->now.status == Status::Waiting) announce(*lane);
}

void Timeline::finish(const Trace& trace) {
  if (!started_) {
    sink_.process(process_);
    sink_.ended(process_, trace);
    return;
  }
  join_.finish();
  const int64_t now = std::max(time(trace.last_time()), latest_);
  show_counts(now);
  for (const auto& lane : lanes_) {
    lane->now.open = true;
    leave(*lane, now);
  }
  if (!closed_ && now >= picker_.window().from) {
    counts_.time = std::min(now, picker_.window().to);
    sink_.counts(process_, counts_);
  }
  sink_.ended(process_, trace);
}

}  // namespace thrace
