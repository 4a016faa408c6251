// The strict pass over the batches of a generation.
#include "decoder/order/strict.h"

#include <fmt/core.h>

#include "core/format/frames.h"
#include "decoder/text/event_text.h"

namespace thrace {

void StrictCheck::report(const Generation& generation, const char* rule, uint64_t position,
                         std::string text) {
  if (reported_++ >= kMaxStrictProblems) return;
  add(trace_.problems(), {trace_.name(), generation.offset, rule,
                          fmt::format("generation {}, batch at byte {} of its frame: {}",
                                      generation.number, position, text)});
}

void StrictCheck::begin(const Generation& generation) {
  strings_ = stacks_ = 0;
  named_.clear();
  whole_ = generation.whole();
  if (generation.clock.mono < last_mono_)
    report(generation, "F10", 0, "its clock is behind that of the generation before");
  last_mono_ = generation.clock.mono;
  for (const PlacedBatch& placed : generation.batches) batch(generation, placed);
}

void StrictCheck::batch(const Generation& generation, const PlacedBatch& placed) {
  const uint64_t m = placed.batch.m;
  if (m != kCollectorM && whole_ && !named_.find(m))
    report(generation, "F5", placed.position, fmt::format("M {} has no Thread yet", m));
  LastTime& last = last_[m];
  BatchCursor cursor(placed.batch);
  EventView event;
  while (cursor.next(event) == BatchCursor::Step::Event) {
    const std::string wrong = event_problem(event, m, last);
    if (!wrong.empty())
      report(generation, rule_, placed.position,
             fmt::format("M {}, time {}, {}: {}", m, event.time,
                         event_text(event, TimeForm::Absolute), wrong));
    if (event.type == Event::EndOfGeneration && &placed != &generation.batches.back())
      report(generation, "F7", placed.position, "EndOfGeneration is not the last event");
  }
}

// Empty if the event is as it should be; else what is wrong, and rule_ says against which rule.
std::string StrictCheck::event_problem(const EventView& event, uint64_t m, LastTime& last) {
  if (m != kCollectorM) {
    if (last.any && event.time <= last.time) {
      rule_ = "F10";
      return fmt::format("it is not later than the event before it, at {}", last.time);
    }
    last = {event.time, true};
  }
  rule_ = "F5";
  if (event.type == Event::String) strings_ = std::max(strings_, event.args[0]);
  if (event.type == Event::Stack) {
    stacks_ = std::max(stacks_, event.args[0]);
    if (!decode_frames(event.bytes, frames_)) return "its frames are malformed";
    if (frames_.empty()) return "it has no frames";
  }
  if (event.stack > stacks_ && whole_) return fmt::format("Stack {} is not there yet", event.stack);
  if (event.type == Event::Thread) named_[event.args[0]] = true;
  if (event.type == Event::ThreadStack && whole_ && !named_.find(event.args[0]))
    return fmt::format("M {} has no Thread yet", event.args[0]);
  if (event.type == Event::Descriptor && event.args[1] == 0) return "it has no target";
  for (size_t i = 0; i < event.spec->nargs; i++) {
    const ArgType type = event.spec->args[i].type;
    if (type == ArgType::String && event.args[i] > strings_ && whole_)
      return fmt::format("String {} is not there yet", event.args[i]);
    const bool free_form = event.type == Event::GoStatus;
    if (is_enum(type) && !free_form && enum_text(type, event.args[i]).empty()) {
      rule_ = "F6";
      return fmt::format("{} has no value {}", event.spec->args[i].name, event.args[i]);
    }
  }
  return {};
}

// Every live G must have been mentioned, or the generation cannot be read alone.  Once events were
// lost, so may have been the one that says that a G is gone.
void StrictCheck::end(const Generation& generation) {
  if (!generation.whole() || trace_.machine().loose() || trace_.machine().lossy()) return;
  trace_.machine().each_task([&](const Task& task) {
    if (task.known && task.mentioned != generation.number)
      report(generation, "R2", 0, fmt::format("live G {} has no GoStatus in it", task.g));
  });
}

}  // namespace thrace
