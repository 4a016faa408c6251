// Keeping wakes in the order of their numbers.
#include "decoder/report/wake_log.h"

#include <algorithm>
#include <tuple>

namespace thrace {

void WakeLog::hand_on(const Entry& entry) {
  if (!entry.picked || !picker_.function(entry.wake.stack)) return;
  for (Observer* observer : observers_) observer->wake(entry.wake);
}

void WakeLog::add(const WakeKey& key, EndedWake wake, bool picked) {
  std::unique_ptr<Entries>& entries = entries_[key.m];
  if (!entries) entries = std::make_unique<Entries>();
  if (entries->size() == kWakes) {
    hand_on(entries->front());
    entries->pop_front();
  }
  entries->push_back({key.generation, key.seq, picked, std::move(wake)});
}

EndedWake* WakeLog::find(const WakeKey& key) {
  const std::unique_ptr<Entries>* entries = entries_.find(key.m);
  if (!entries || key.seq == 0) return nullptr;
  const auto wanted = std::make_tuple(key.generation, key.seq);
  const auto at = std::lower_bound((*entries)->begin(), (*entries)->end(), wanted,
                                   [](const Entry& entry, const auto& w) {
                                     return std::make_tuple(entry.generation, entry.seq) < w;
                                   });
  if (at == (*entries)->end() || std::make_tuple(at->generation, at->seq) != wanted) return nullptr;
  return &at->wake;
}

void WakeLog::finish() {
  entries_.each([&](uint64_t, std::unique_ptr<Entries>& entries) {
    for (const Entry& entry : *entries) hand_on(entry);
  });
  entries_.clear();
}

}  // namespace thrace
