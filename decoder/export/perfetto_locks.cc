// Following holders and waiters.
#include "decoder/export/perfetto_locks.h"

#include <fmt/core.h>

#include "decoder/export/slice_text.h"

namespace thrace {
namespace {

using perfetto::TrackDescriptor;
using perfetto::TrackEvent;

bool is_exclusive(uint64_t reason) {
  return is_lock_wait(reason) && static_cast<WaitReason>(reason) != WaitReason::RwlockRead;
}

}  // namespace

void PerfettoLocks::process(const Process& process, uint64_t base) {
  process_ = process.number;
  base_ = base;
  group_ = false;
  locks_.clear();
  tids_.clear();
}

void PerfettoLocks::track(const Track& track) {
  if (track.kernel_tid != 0) tids_[track.kernel_tid] = track_title(track, names_);
}

std::string PerfettoLocks::holder_text(uint64_t tid) const {
  const auto known = tids_.find(tid);
  return "held by " + (known == tids_.end() ? fmt::format("tid {}", tid) : known->second);
}

// The lock of a wait; nullptr if it is none, or one too many.
PerfettoLocks::Lock* PerfettoLocks::find(const Slice& wait) {
  if (!is_lock_wait(wait.detail)) return nullptr;
  const auto at = locks_.find(wait.object);
  if (at != locks_.end()) return &at->second;
  return locks_.size() == kMaxLocks ? nullptr : &locks_[wait.object];
}

void PerfettoLocks::describe(Lock& lock, const Slice& wait) {
  if (!group_) {
    group_ = true;
    TrackDescriptor& group = *writer_.begin(base_).mutable_track_descriptor();
    group.set_uuid(track_uuid(TrackKind::Locks, process_));
    group.set_parent_uuid(track_uuid(TrackKind::Process, process_));
    group.set_name("Locks");
    writer_.end();
  }
  lock.number = ++tracks_;
  const std::string name = slice_text(wait, names_);
  const auto add = [&](TrackKind kind, const std::string& title) -> TrackDescriptor& {
    TrackDescriptor& track = *writer_.begin(base_).mutable_track_descriptor();
    track.set_uuid(track_uuid(kind, lock.number));
    track.set_parent_uuid(track_uuid(TrackKind::Locks, process_));
    track.set_name(title);
    track.set_sibling_merge_behavior(TrackDescriptor::NONE);
    return track;
  };
  add(TrackKind::Lock, name).mutable_state();
  writer_.end();
  add(TrackKind::Waiters, name + ": waiters").mutable_counter()->set_unit_name("threads");
  writer_.end();
}

// The number of waiters from a time on, to be changed.
uint64_t& PerfettoLocks::waiters(Lock& lock, int64_t time) {
  if (time > lock.waiters.time) {
    flush_waiters(lock);
    lock.waiters.time = time;
  }
  return lock.waiters.now;
}

// The same of the holder.
std::string& PerfettoLocks::holder(Lock& lock, int64_t time) {
  if (time > lock.holder.time) {
    flush_holder(lock);
    lock.holder.time = time;
  }
  return lock.holder.now;
}

void PerfettoLocks::flush_waiters(Lock& lock) {
  auto& [now, shown, time] = lock.waiters;
  if (lock.number == 0 || now == shown) return;
  writer_
      .begin(base_ + static_cast<uint64_t>(time), TrackEvent::COUNTER,
             track_uuid(TrackKind::Waiters, lock.number))
      .set_counter_value(static_cast<int64_t>(now));
  writer_.end();
  shown = now;
}

void PerfettoLocks::flush_holder(Lock& lock) {
  auto& [now, shown, time] = lock.holder;
  if (lock.number == 0 || now == shown) return;
  TrackEvent& event = writer_.begin(base_ + static_cast<uint64_t>(time), TrackEvent::STATE,
                                    track_uuid(TrackKind::Lock, lock.number));
  if (!now.empty()) event.set_name_iid(writer_.name(now));
  writer_.end();
  shown = now;
}

void PerfettoLocks::waits(const Slice& wait) {
  Lock* lock = find(wait);
  if (!lock) return;
  waiters(*lock, wait.since)++;
  if (wait.owner == 0) return;
  holder(*lock, wait.since) = holder_text(wait.owner);
  if (lock->number == 0) describe(*lock, wait);
}

void PerfettoLocks::waited(const Slice& wait) {
  Lock* lock = find(wait);
  if (!lock || wait.open || lock->waiters.now == 0) return;
  const uint64_t left = --waiters(*lock, wait.until);
  const bool acquired =
      wait.ended && (wait.outcome == Outcome::Woken || wait.outcome == Outcome::OwnerDied);
  if (left == 0)
    holder(*lock, wait.until).clear();
  else if (acquired && is_exclusive(wait.detail))
    holder(*lock, wait.until) = "held by " + track_title(*wait.track, names_);
}

void PerfettoLocks::releases(uint64_t object, int64_t time) {
  const auto at = locks_.find(object);
  if (at != locks_.end()) holder(at->second, time).clear();
}

void PerfettoLocks::finish() {
  for (auto& [address, lock] : locks_) {
    flush_waiters(lock);
    flush_holder(lock);
  }
}

}  // namespace thrace
