// Resolving and interning of stacks.
#include "decoder/stacks/stack_table.h"

#include <algorithm>

#include "core/format/frames.h"

namespace thrace {
namespace {

// FNV-1a over words, with a final mix: its low bits choose the slot.
uint64_t hash_of(StackEnd end, std::span<const StackFrame> frames) {
  uint64_t hash = 0xcbf29ce484222325u ^ static_cast<uint64_t>(end);
  for (const StackFrame& frame : frames) {
    hash = (hash ^ frame.address) * 0x100000001b3u;
    hash = (hash ^ frame.module) * 0x100000001b3u;
  }
  return hash ^ hash >> 29;
}

}  // namespace

void StackTable::begin(const Generation& generation) {
  cache_.clear();
  map_.begin(generation);
  objects_.begin(generation);
}

StackView StackTable::operator[](StackId id) const {
  if (id == 0 || id > entries_.size()) return {};
  const Entry& entry = entries_[id - 1];
  return {entry.end, std::span(frames_).subspan(entry.first, entry.count)};
}

StackId StackTable::resolve(const Generation& generation, uint64_t stack, uint64_t time) {
  const Stack recorded = generation.stack(stack);
  if (recorded.end == StackEnd::None || !decode_frames(recorded.frames, addresses_)) return 0;
  fresh_.clear();
  for (const uint64_t address : addresses_)
    fresh_.push_back({address, is_gap(address)
                                   ? kNoModule
                                   : map_.find_or_coming(generation, address - 1, time)});
  if (cache_.size() <= stack) cache_.resize(stack + 1);
  cache_[stack] = {map_.version(), intern(recorded.end, fresh_)};
  return cache_[stack].id;
}

StackId StackTable::intern(StackEnd end, std::span<const StackFrame> frames) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const uint64_t hash = hash_of(end, frames);
  for (size_t at = hash;; at++) {
    StackId& slot = slots_[at & (slots_.size() - 1)];
    if (slot != 0) {
      const Entry& entry = entries_[slot - 1];
      const auto known = std::span(frames_).subspan(entry.first, entry.count);
      if (entry.hash == hash && entry.end == end && std::ranges::equal(known, frames)) return slot;
      continue;
    }
    full_ = full_ || entries_.size() == most_ || frames_.size() + frames.size() > kMaxAllFrames;
    if (full_) return 0;
    entries_.push_back({hash, frames_.size(), static_cast<uint32_t>(frames.size()), end});
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    return slot = static_cast<StackId>(entries_.size());
  }
}

void StackTable::grow() {
  slots_.assign(std::max<size_t>(64, slots_.size() * 2), 0);
  for (StackId id = 1; id <= entries_.size(); id++) {
    size_t at = entries_[id - 1].hash;
    while (slots_[at & (slots_.size() - 1)] != 0) at++;
    slots_[at & (slots_.size() - 1)] = id;
  }
}

}  // namespace thrace
