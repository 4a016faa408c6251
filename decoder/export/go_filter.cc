// What passes, and as what.
#include "decoder/export/go_filter.h"

#include <utility>

namespace thrace {
namespace {

// These make a G known by themselves.
bool introduces(Event type) {
  return type == Event::GoStart || type == Event::GoStatus || type == Event::GoCreateSyscall;
}

}  // namespace

void GoFilter::begin(const Generation& generation) {
  if (!started_) {
    started_ = true;
    clock_ = generation.clock;
  }
  sink_.begin(generation);
  threads_.begin(generation);
}

bool GoFilter::picks_all() const {
  return picker_.filter().object.empty() && picker_.filter().function.empty();
}

bool GoFilter::picks_wait(const Generation& generation, const EventView& event, uint64_t object) {
  return picker_.object(stacks_.place(object), object) &&
         picker_.function(stacks_.id(generation, event.stack, event.time));
}

// The status of a thread as it was before an event.
void GoFilter::introduce(const Generation& generation, const OrderedEvent& ordered,
                         Runner& runner) {
  EventView status;
  status.type = Event::GoStatus;
  status.time = ordered.event.time;
  status.args[0] = runner.before.g;
  status.args[1] = static_cast<uint64_t>(runner.before.status);
  status.args[2] = runner.before.detail;
  status.args[3] = runner.before.object;
  status.args[4] = runner.before.owner;
  status.args[5] = runner.before.since;
  pass(generation, {status, ordered.time, runner.m, runner.before.g, nullptr}, status, runner);
}

void GoFilter::open(const Generation& generation, const OrderedEvent& ordered) {
  opened_ = true;
  runners_.each([&](uint64_t, Runner& runner) {
    const bool picked = threads_.picks(runner.m, runner.before.g);
    if (!picked || runner.before.g == 0 || runner.m == ordered.m) return;
    introduce(generation, ordered, runner);
  });
}

void GoFilter::pass(const Generation& generation, const OrderedEvent& ordered, EventView event,
                    Runner& runner) {
  runner.begun = true;
  const bool all = picks_all();
  switch (event.type) {
    case Event::GoCreate:
    case Event::GoCreateFailed:
      if (!picker_.filter().thread.empty()) return;  // maybe of a thread that is not picked
      break;
    case Event::GoBlock:
      runner.hidden = !picks_wait(generation, event, event.args[1]);
      if (runner.hidden) return;
      break;
    case Event::GoSyscallBegin:
      runner.hidden = !all;
      if (runner.hidden) return;
      break;
    case Event::GoUnblock:
    case Event::GoSyscallEnd:
    case Event::GoSyscallEndBlocked:
      if (std::exchange(runner.hidden, false)) return;
      break;
    case Event::GoStatus: {
      const auto status = static_cast<Status>(event.args[1]);
      runner.hidden =
          (status == Status::Waiting && !all && !picks_wait(generation, event, event.args[3])) ||
          (status == Status::Syscall && !all);
      if (runner.hidden) event.args[1] = static_cast<uint64_t>(Status::Running);
      break;
    }
    default:
      break;
  }
  sink_.event(generation, {event, ordered.time, ordered.m, ordered.g, ordered.task});
}

void GoFilter::event(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& event = ordered.event;
  if (StackTable::follows(event.type)) return sink_.event(generation, ordered);
  Runner& runner = runners_[ordered.m];
  runner.m = ordered.m;
  threads_.event(generation, event);
  if (picker_.window().contains(clock_.since_start(event.time))) {
    if (!opened_) open(generation, ordered);
    if (threads_.picks(ordered.m, ordered.g)) {
      if (!runner.begun && runner.before.g != 0 && !introduces(event.type))
        introduce(generation, ordered, runner);
      pass(generation, ordered, event, runner);
    }
  }
  const bool gone = event.type == Event::GoDestroy || event.type == Event::GoDestroySyscall ||
                    event.type == Event::GoStop;
  runner.before = gone || !ordered.task ? Task{} : *ordered.task;
}

}  // namespace thrace
