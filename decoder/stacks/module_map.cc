// Mapping, unmapping and looking ahead.
#include "decoder/stacks/module_map.h"

#include <algorithm>

namespace thrace {

void ModuleMap::begin(const Generation& generation) {
  ranges_.clear();
  starts_.clear();
  coming_.clear();
  looked_ = false;
  version_++;
  for (const EventView& module : generation.modules) map(generation, module);
}

void ModuleMap::event(const Generation& generation, const EventView& event) {
  version_++;
  if (event.type == Event::Module)
    map(generation, event);
  else
    unmap(event.args[0]);
}

// A module takes the place of any that it overlaps.
void ModuleMap::map(const Generation& generation, const EventView& event) {
  const uint64_t id = event.args[0], start = event.args[2], end = event.args[3];
  if (start >= end) return;
  unmap(id);
  auto at = ranges_.lower_bound(start);
  if (at != ranges_.begin() && std::prev(at)->second.end > start) --at;
  while (at != ranges_.end() && at->first < end) {
    starts_.erase(at->second.id);
    at = ranges_.erase(at);
  }
  ranges_[start] = {end, id, table_.intern(generation, event)};
  starts_[id] = start;
}

void ModuleMap::unmap(uint64_t id) {
  const uint64_t* start = starts_.find(id);
  if (!start) return;
  ranges_.erase(*start);
  starts_.erase(id);
}

ModuleIndex ModuleMap::find(uint64_t address) const {
  const auto after = ranges_.upper_bound(address);
  if (after == ranges_.begin()) return kNoModule;
  const Range& range = std::prev(after)->second;
  return address < range.end ? range.module : kNoModule;
}

ModuleIndex ModuleMap::find_or_coming(const Generation& generation, uint64_t address,
                                      uint64_t time) {
  if (const ModuleIndex module = find(address); module != kNoModule) return module;
  if (!looked_) look_ahead(generation);
  for (const Coming& coming : coming_)
    if (coming.time > time && coming.start <= address && address < coming.end) return coming.module;
  return kNoModule;
}

// Decodes the generation once more: only where an address lies in no module.
void ModuleMap::look_ahead(const Generation& generation) {
  looked_ = true;
  EventView event;
  for (const ThreadBatches& thread : generation.threads)
    for (const PlacedBatch& placed : thread.batches) {
      BatchCursor cursor(placed.batch);
      while (cursor.next(event) == BatchCursor::Step::Event && coming_.size() < kMaxComing)
        if (event.type == Event::Module)
          coming_.push_back(
              {event.time, event.args[2], event.args[3], table_.intern(generation, event)});
    }
  std::stable_sort(coming_.begin(), coming_.end(),
                   [](const Coming& a, const Coming& b) { return a.time < b.time; });
}

}  // namespace thrace
