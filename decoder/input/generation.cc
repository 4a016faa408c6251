// Splitting a generation into batches and reading its tables.
#include "decoder/input/generation.h"

#include <fmt/core.h>

namespace thrace {

void Generation::reset() {
  number = offset = end_time = unseen_threads = unseen_processes = 0;
  data.clear();
  cut = damaged = after_gap = has_clock = false;
  end = EndReason::None;
  batches.clear();
  threads.clear();
  clock = {};
  modules.clear();
  objects.clear();
  strings_.clear();
  stacks_.clear();
  names_.clear();
  memories_.clear();
  descriptors_.clear();
  index_.clear();
}

void Generation::add(const PlacedBatch& placed) {
  batches.push_back(placed);
  if (placed.batch.m == kCollectorM) return;
  uint32_t& slot = index_[placed.batch.m];
  if (slot == 0) {
    threads.push_back({placed.batch.m, {}});
    slot = static_cast<uint32_t>(threads.size());
  }
  threads[slot - 1].batches.push_back(placed);
}

// Empty if the event is as it should be, else what is wrong with it.
std::string_view Generation::read_table_event(const EventView& event) {
  switch (event.type) {
    case Event::String:
      return strings_.add(event.args[0], event.bytes, damaged);
    case Event::Stack:
      return stacks_.add(event.args[0], {static_cast<StackEnd>(event.args[1]), event.bytes},
                         damaged);
    case Event::Module:
      modules.push_back(event);
      return {};
    case Event::ObjectName:
      objects.push_back(event);
      return {};
    case Event::Thread:
      names_[event.args[0]] = {event.args[1], string(event.args[2])};
      return {};
    case Event::ThreadStack:
      if (event.args[1] >= event.args[2] && (event.args[1] | event.args[2]) != 0)
        return "a ThreadStack ends before it begins";
      memories_[event.args[0]] = {event.args[1], event.args[2], event.args[3]};
      return {};
    case Event::Descriptor:
      descriptors_[event.args[0]] = string(event.args[1]);
      return {};
    case Event::ClockSnapshot:
      if (event.args[0] == 0) return "a ClockSnapshot has frequency 0";
      if (!has_clock) clock = {event.time, event.args[0], event.args[1], event.args[2]};
      has_clock = true;
      return {};
    case Event::Unseen:
      unseen_threads = event.args[0];
      unseen_processes = event.args[1];
      return {};
    case Event::EndOfGeneration:
      end = static_cast<EndReason>(event.args[0]);
      end_time = event.time;
      return end == EndReason::None ? "an EndOfGeneration has no reason" : std::string_view();
    default:
      return "M 0 has an event of the guest";
  }
}

std::string_view Generation::read_tables(const Batch& batch) {
  BatchCursor cursor(batch);
  EventView event;
  while (true) {
    switch (cursor.next(event)) {
      case BatchCursor::Step::End:
        return {};
      case BatchCursor::Step::UnknownEvent:
        return "an event has an unknown number";
      case BatchCursor::Step::Malformed:
        return "an event is malformed";
      case BatchCursor::Step::Event:
        if (const auto wrong = read_table_event(event); !wrong.empty()) return wrong;
    }
  }
}

std::string_view Generation::string(uint64_t id) const { return strings_.find(id); }

Stack Generation::stack(uint64_t id) const { return stacks_.find(id); }

void Generation::parse(const std::string& file, bool frame_complete, Problems& problems) {
  size_t pos = 0;
  const auto report = [&](size_t at, const char* rule, std::string_view text, bool is_cut = false) {
    std::string sentence;
    if (!is_full(problems))
      sentence = fmt::format("generation {}, byte {} of its frame: {}", number, at, text);
    thrace::add(problems, {file, offset, rule, std::move(sentence), is_cut});
    (is_cut ? cut : damaged) = true;
  };
  for (bool reading = true; reading;) {
    PlacedBatch placed{{}, pos};
    switch (read_batch(data, pos, placed.batch)) {
      case BatchError::End:
        reading = false;
        continue;
      case BatchError::Cut:
        report(placed.position, "F3", "the batch is cut", !frame_complete);
        reading = false;
        continue;
      case BatchError::Damaged:
        report(placed.position, "F3", "the batch is damaged, and what follows it is lost");
        reading = false;
        continue;
      case BatchError::BadChecksum:
        report(placed.position, "F3", "the batch has a wrong checksum");
        continue;
      case BatchError::None:
        break;
    }
    if (number == 0) {
      number = placed.batch.gen;
      if (placed.batch.m != kCollectorM)
        report(placed.position, "F2", "the first batch is not the collector's");
    }
    if (placed.batch.gen != number || number == 0) {
      report(placed.position, "F4", fmt::format("the batch is of generation {}", placed.batch.gen));
      continue;
    }
    if (placed.batch.events.empty()) {
      report(placed.position, "F3", "the batch is empty");
      continue;
    }
    if (batches.size() == kMaxBatches) {
      report(placed.position, "F9", fmt::format("it has more than {} batches", kMaxBatches));
      break;
    }
    if (end != EndReason::None) report(placed.position, "F7", "a batch follows EndOfGeneration");
    if (placed.batch.m == kCollectorM) {
      if (const auto wrong = read_tables(placed.batch); !wrong.empty())
        report(placed.position, "F5", wrong);
      if (batches.empty() && !has_clock) report(placed.position, "F2", "it starts without a clock");
    }
    add(placed);
  }
  if (end == EndReason::None) {
    if (frame_complete && !cut && !damaged)
      report(data.size(), "F7", "EndOfGeneration is missing", true);
    cut = true;
  }
}

}  // namespace thrace
