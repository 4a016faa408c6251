// Keeping the list of modules.
#include "core/collector/modules.h"

#include <utility>

namespace thrace::collector {
namespace {

constexpr size_t kMost = 4096;     // modules of an image, with those that went lately
constexpr uint32_t kRemember = 3;  // generations: children of forks may still be found

}  // namespace

void Modules::inherit(std::shared_ptr<Modules> parent, uint64_t time, uint32_t gen) {
  parent_ = std::move(parent);
  inherit_time_ = time;
  inherit_gen_ = gen;
}

void Modules::inherit_rest(uint32_t gen) {
  if (!parent_) return;
  parent_->inherit_rest(gen);
  for (const auto& [id, module] : parent_->by_id_) {
    if (module.loaded > inherit_time_ || (module.gone && module.gone <= inherit_time_)) continue;
    Module copy = module;
    copy.gone = copy.loaded_gen = copy.gone_gen = copy.table_gen = 0;
    by_id_.emplace(id, std::move(copy));  // unless it is known, or was removed
  }
  if (gen > inherit_gen_ + 1) parent_.reset();
}

void Modules::add(Module& module) {
  // What it overlaps went without a record.
  for (auto& [id, other] : by_id_)
    if (!other.gone && id != module.id && other.start < module.end && module.start < other.end) {
      other.gone = module.loaded;
      other.gone_gen = module.loaded_gen;
      maps_.forget(other.start, other.end);
    }
  if (const Mapping* mapping = maps_.find(module.start)) {
    module.inode = mapping->inode;
    if (!module.path.starts_with('/')) module.path = mapping->path;
  }
  if (by_id_.size() >= kMost)
    std::erase_if(by_id_, [](const auto& entry) { return entry.second.gone; });
  if (by_id_.size() < kMost) by_id_[module.id] = module;
}

void Modules::remove(uint32_t id, uint32_t gen, uint64_t time) {
  inherit_rest(gen);
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second.gone) return;
  found->second.gone = time;
  found->second.gone_gen = gen;
  maps_.forget(found->second.start, found->second.end);
}

const Module* Modules::find(uint64_t address) const {
  for (const auto& [id, module] : by_id_)
    if (!module.gone && module.start <= address && address < module.end) return &module;
  return nullptr;
}

// An image keeps what its parent's list says for as long as that may still grow.
void Modules::forget(uint32_t gen) {
  if (parent_) return;
  std::erase_if(by_id_, [gen](const auto& entry) {
    return entry.second.gone_gen && entry.second.gone_gen + kRemember < gen;
  });
}

}  // namespace thrace::collector
