// Following the names of objects.
#include "decoder/stacks/object_map.h"

#include <algorithm>
#include <limits>

namespace thrace {

void ObjectMap::begin(const Generation& generation) {
  by_start_.clear();
  for (const EventView& object : generation.objects) event(generation, object);
}

void ObjectMap::event(const Generation& generation, const EventView& event) {
  const uint64_t start = event.args[1];
  if (event.args[0] == 0) return;
  const uint64_t room = std::numeric_limits<uint64_t>::max() - start;
  const uint64_t last = start + std::min(event.args[0] - 1, room);
  auto at = by_start_.upper_bound(start);
  if (at != by_start_.begin() && std::prev(at)->second.last >= start) --at;
  while (at != by_start_.end() && at->first <= last) at = by_start_.erase(at);
  if (generation.string(event.args[2]).empty()) return;
  const ModuleIndex module = table_.intern_object(generation, event);
  if (module != kNoModule) by_start_[start] = {last, module};
}

ModuleIndex ObjectMap::find_named(uint64_t address) const {
  const auto after = by_start_.upper_bound(address);
  if (after == by_start_.begin()) return kNoModule;
  const Range& range = std::prev(after)->second;
  return address <= range.last ? range.module : kNoModule;
}

}  // namespace thrace
