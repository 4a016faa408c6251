// Keeping the list of modules.
#include "core/collector/modules.h"

#include <algorithm>
#include <utility>

namespace thrace::collector {
namespace {

constexpr size_t kMost = 4096;     // modules of an image, with those that went lately
constexpr uint32_t kRemember = 3;  // generations: children of forks may still be found
constexpr uint64_t kSomeTime = 1;  // when one went whose place was found taken: long ago

// Ends `earlier` where `later` has taken its place; the first end stays.  True if it was there.
bool leaves(Module& earlier, const Module& later) {
  const bool was_there = !earlier.gone;
  if (!was_there && (!later.loaded || earlier.gone <= later.loaded)) return false;
  earlier.gone = later.loaded ? later.loaded : kSomeTime;
  earlier.gone_gen = later.loaded_gen;
  return was_there;
}

}  // namespace

void Modules::inherit_rest(uint32_t gen) {
  inheritance_.update(gen, [&](Modules& parent, uint64_t time) {
    parent.inherit_rest(gen);
    for (const auto& [id, module] : parent.by_id_) {
      if (!module.known() || module.loaded > time || (module.gone && module.gone <= time)) continue;
      if (const auto own = by_id_.find(id); own != by_id_.end() && own->second.known()) continue;
      Module copy = module;
      copy.gone = copy.loaded_gen = copy.gone_gen = copy.table_gen = 0;
      if (Module* const kept = put(copy)) settle_overlaps(*kept, true);
    }
  });
}

// Keeps a copy, unless it is known already (M1); nullptr: there is no room.
Module* Modules::put(const Module& module) {
  if (by_id_.size() >= kMost)
    std::erase_if(by_id_, [](const auto& entry) { return entry.second.gone; });
  const auto found = by_id_.find(module.id);
  if (found == by_id_.end()) return by_id_.size() < kMost ? &(by_id_[module.id] = module) : nullptr;
  Module& known = found->second;
  if (known.known()) return &known;
  const uint64_t gone = known.gone;
  const uint32_t gone_gen = known.gone_gen;
  known = module;
  known.gone = gone;
  known.gone_gen = gone_gen;
  return &known;
}

// M2, when a module has come to be known.
void Modules::settle_overlaps(Module& module, bool inherited) {
  for (auto& [id, other] : by_id_) {
    if (id == module.id || !other.overlaps(module)) continue;
    const bool both_found = !module.loaded && !other.loaded;
    const bool is_later =
        both_found ? !inherited : std::pair(module.loaded, module.id) > std::pair(other.loaded, id);
    if (is_later) {
      if (leaves(other, module)) maps_.forget(other.start, other.end);
    } else if (module.loaded || (both_found && !other.gone) || (inherited && other.loaded_gen)) {
      leaves(module, other);
    }
  }
}

void Modules::add(Module& module) {
  Module* const kept = put(module);
  Module& now = kept ? *kept : module;
  settle_overlaps(now, false);
  const Mapping* mapping = now.gone || now.inode ? nullptr : maps_.find(now.start);
  if (mapping) {
    now.inode = mapping->inode;
    if (!now.path.starts_with('/')) now.path = mapping->path;
  }
  if (kept) module = now;
}

void Modules::remove(uint32_t id, uint32_t gen, uint64_t time) {
  inherit_rest(gen);
  Module nothing;
  nothing.id = id;
  Module* const module = put(nothing);
  if (!module || module->gone) return;
  module->gone = time;
  module->gone_gen = gen;
  maps_.forget(module->start, module->end);
}

const Module* Modules::find(uint64_t address) const {
  for (const auto& [id, module] : by_id_)
    if (!module.gone && module.start <= address && address < module.end) return &module;
  return nullptr;
}

bool Modules::any_overlaps(const Module& module) const {
  return std::any_of(by_id_.begin(), by_id_.end(), [&](const auto& entry) {
    return entry.second.known() && entry.second.overlaps(module);
  });
}

// An image keeps what its parent's list says for as long as that may still grow.
void Modules::forget(uint32_t gen) {
  if (inheritance_.open()) return;
  std::erase_if(by_id_, [gen](const auto& entry) {
    return entry.second.gone && entry.second.gone_gen + kRemember < gen;
  });
}

}  // namespace thrace::collector
