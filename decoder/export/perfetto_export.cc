// From pieces of time to packets.
#include "decoder/export/perfetto_export.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/export/safe_text.h"
#include "decoder/export/slice_text.h"

namespace thrace {
namespace {

using perfetto::TrackEvent;

struct Counter {
  TrackKind kind;
  const char* name;
  const char* unit;
  uint64_t Counts::*value;
};
constexpr Counter kCounters[] = {{TrackKind::Running, "running", "threads", &Counts::running},
                                 {TrackKind::Blocked, "blocked", "threads", &Counts::waiting},
                                 {TrackKind::Lost, "lost", "events", &Counts::lost}};

constexpr uint32_t kRealtime = 1, kMonotonic = 3, kBoottime = 6;

void add_clock(perfetto::ClockSnapshot& snapshot, uint32_t clock, uint64_t time) {
  perfetto::ClockSnapshot::Clock& entry = *snapshot.add_clocks();
  entry.set_clock_id(clock);
  entry.set_timestamp(time);
}

std::string state_name(const Slice& slice) {
  const auto status = enum_text(ArgType::Status, static_cast<uint64_t>(slice.status));
  if (slice.status == Status::None) return "lost";
  if (slice.status != Status::Waiting) return std::string(status);
  return fmt::format("{} ({})", status, enum_text(ArgType::Wait, slice.detail));
}

const char* category(Status status) {
  return status == Status::Waiting ? "wait" : status == Status::Syscall ? "syscall" : "lost";
}

}  // namespace

std::string PerfettoExport::slice_name(const Slice& slice) const {
  if (slice.status != Status::Waiting || slice.owner == 0 || !is_lock_wait(slice.detail))
    return slice_text(slice, names_);
  // Viewers look for a thread with that tid: its track may have a made-up one.
  const auto owner = owners_.find(slice.owner);
  return fmt::format("Lock contention on a {} lock (owner tid: {})", object_text(slice, names_),
                     owner == owners_.end() ? slice.owner : owner->second.tid);
}

uint64_t PerfettoExport::stamp(int64_t time) const {
  const int64_t stamp = static_cast<int64_t>(base_ + static_cast<uint64_t>(time));
  return static_cast<uint64_t>(std::max<int64_t>(stamp, 0));
}

void PerfettoExport::process(const Process& process) {
  if (!any_) {
    any_ = true;
    base_ = process.clock.mono;
    perfetto::ClockSnapshot& snapshot = *writer_.begin(base_).mutable_clock_snapshot();
    add_clock(snapshot, kMonotonic, base_);
    add_clock(snapshot, kBoottime, base_);
    if (process.clock.wall != 0) add_clock(snapshot, kRealtime, process.clock.wall);
    writer_.end();
  }
  any_counts_ = false;
  owners_.clear();
  locks_.process(process, base_);
  perfetto::TrackDescriptor& track = *writer_.begin(base_).mutable_track_descriptor();
  track.set_uuid(track_uuid(TrackKind::Process, process.number));
  track.mutable_process()->set_pid(static_cast<int32_t>(process.pid));
  track.mutable_process()->set_process_name(safe_text(process.name));
  writer_.end();
  for (const Counter& counter : kCounters) {
    perfetto::TrackDescriptor& entry = *writer_.begin(base_).mutable_track_descriptor();
    entry.set_uuid(track_uuid(counter.kind, process.number));
    entry.set_parent_uuid(track_uuid(TrackKind::Process, process.number));
    entry.set_name(counter.name);
    entry.mutable_counter()->set_unit_name(counter.unit);
    writer_.end();
  }
}

void PerfettoExport::track(const Track& track) {
  perfetto::TrackDescriptor& thread = *writer_.begin(base_).mutable_track_descriptor();
  thread.set_uuid(track_uuid(TrackKind::Thread, track.number));
  thread.mutable_thread()->set_pid(static_cast<int32_t>(track.process->pid));
  thread.mutable_thread()->set_tid(static_cast<int32_t>(track.tid));
  thread.mutable_thread()->set_thread_name(track_text(track, names_));
  writer_.end();
  locks_.track(track);
  if (Owner& owner = owners_[track.kernel_tid]; track.number >= owner.track)
    owner = {track.number, track.tid};
  if (states_.size() <= track.number) states_.resize(track.number + 1);
  if (states_[track.number].shown) return;
  perfetto::TrackDescriptor& state = *writer_.begin(base_).mutable_track_descriptor();
  state.set_uuid(track_uuid(TrackKind::State, track.number));
  state.set_parent_uuid(track_uuid(TrackKind::Thread, track.number));
  state.set_name("state");
  state.mutable_state();
  writer_.end();
}

void PerfettoExport::set_state(uint64_t track, int64_t time, std::string_view name) {
  TrackEvent& event =
      writer_.begin(stamp(time), TrackEvent::STATE, track_uuid(TrackKind::State, track));
  if (!name.empty()) event.set_name_iid(writer_.name(name));
  writer_.end();
}

void PerfettoExport::state(const Slice& slice) {
  State& state = states_[slice.track->number];
  if (state.shown && state.until != slice.since) set_state(slice.track->number, state.until, "");
  set_state(slice.track->number, slice.since, state_name(slice));
  state = {.shown = true, .open = slice.open, .until = slice.until};
}

perfetto::DebugAnnotation& PerfettoExport::annotate(TrackEvent& event, std::string_view name) {
  perfetto::DebugAnnotation& annotation = *event.add_debug_annotations();
  annotation.set_name_iid(writer_.annotation(name));
  return annotation;
}

void PerfettoExport::annotate(TrackEvent& event, std::string_view name, std::string_view value) {
  annotate(event, name).set_string_value_iid(writer_.value(value));
}

void PerfettoExport::describe(TrackEvent& event, const Slice& slice) {
  if (slice.status == Status::Waiting) {
    annotate(event, "kind", enum_text(ArgType::Wait, slice.detail));
    annotate(event, "object", object_text(slice, names_));
    annotate(event, "address").set_pointer_value(slice.object);
    if (slice.owner != 0) annotate(event, "owner").set_uint_value(slice.owner);
    if (slice.ended)
      annotate(event, "outcome", enum_text(ArgType::Outcome, static_cast<uint64_t>(slice.outcome)));
  }
  if (slice.status == Status::Syscall) annotate(event, "number").set_uint_value(slice.detail);
  set_callstack(event, slice.stack);
}

void PerfettoExport::set_callstack(TrackEvent& event, StackId stack) {
  if (stack == 0) return;
  if (const uint64_t callstack = writer_.callstack(stack); callstack != 0)
    event.set_callstack_iid(callstack);
}

void PerfettoExport::waits(const Slice& slice) { locks_.waits(slice); }

void PerfettoExport::releases(const Track&, int64_t time, uint64_t object) {
  locks_.releases(object, time);
}

void PerfettoExport::ended(const Process&, const Trace&) { locks_.finish(); }

void PerfettoExport::slice(const Slice& slice) {
  state(slice);
  if (slice.status == Status::Running || slice.status == Status::Runnable) return;
  if (slice.status == Status::Waiting) locks_.waited(slice);
  const uint64_t track = track_uuid(TrackKind::Thread, slice.track->number);
  TrackEvent& event = writer_.begin(stamp(slice.since), TrackEvent::SLICE_BEGIN, track);
  event.set_name_iid(writer_.name(slice_name(slice)));
  event.add_category_iids(writer_.category(category(slice.status)));
  describe(event, slice);
  writer_.end();
  if (slice.open) return;  // it is drawn as one that did not end
  writer_.begin(stamp(slice.until), TrackEvent::SLICE_END, track);
  writer_.end();
}

TrackEvent& PerfettoExport::instant(const Track& track, int64_t time, const std::string& name,
                                    const WakeEdge& edge) {
  TrackEvent& event =
      writer_.begin(stamp(time), TrackEvent::INSTANT, track_uuid(TrackKind::Thread, track.number));
  event.set_name_iid(writer_.name(name));
  event.add_category_iids(writer_.category("wake"));
  annotate(event, "how", wake_text(edge));
  return event;
}

void PerfettoExport::edge(const WakeEdge& edge) {
  const std::string waker = track_title(*edge.waker, names_);
  const std::string woken = track_title(*edge.wait.track, names_);
  TrackEvent& wakes = instant(*edge.waker, edge.begins(), "wakes " + woken, edge);
  wakes.add_flow_ids(edge.number);
  set_callstack(wakes, edge.release);
  writer_.end();
  instant(*edge.wait.track, edge.wait.until, "woken by " + waker, edge)
      .add_terminating_flow_ids(edge.number);
  writer_.end();
}

void PerfettoExport::counts(const Process& process, const Counts& counts) {
  for (const Counter& counter : kCounters) {
    const uint64_t value = counts.*counter.value;
    if (any_counts_ && value == shown_.*counter.value) continue;
    writer_.begin(stamp(counts.time), TrackEvent::COUNTER, track_uuid(counter.kind, process.number))
        .set_counter_value(static_cast<int64_t>(value));
    writer_.end();
  }
  shown_ = counts;
  any_counts_ = true;
}

bool PerfettoExport::finish() {
  for (uint64_t track = 0; track < states_.size(); track++)
    if (states_[track].shown && !states_[track].open) set_state(track, states_[track].until, "");
  return !writer_.failed();
}

}  // namespace thrace
