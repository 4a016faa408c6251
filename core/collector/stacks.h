// Interned stacks of one generation (T6).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/format/event.h"

namespace thrace::collector {

class Stacks {
 public:
  // The id of a stack; `fresh` tells whether it is new.  Ids count from 1.
  uint32_t intern(StackEnd end, std::span<const uint64_t> frames, bool& fresh) {
    if (entries_.size() * 2 >= slots_.size()) grow();
    const uint64_t hash = hash_of(end, frames);
    uint32_t& slot = find(hash, end, frames);
    fresh = slot == 0;
    if (!fresh) return slot;
    entries_.push_back({hash, frames_.size(), static_cast<uint32_t>(frames.size()), end});
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    return slot = static_cast<uint32_t>(entries_.size());
  }

 private:
  struct Entry {
    uint64_t hash;
    size_t first;  // in frames_
    uint32_t count;
    StackEnd end;
  };

  // FNV-1a over words, with a final mix: its low bits choose the slot.
  static uint64_t hash_of(StackEnd end, std::span<const uint64_t> frames) {
    uint64_t hash = 0xcbf29ce484222325u ^ static_cast<uint64_t>(end);
    for (const uint64_t frame : frames) hash = (hash ^ frame) * 0x100000001b3u;
    return hash ^ hash >> 29;
  }

  // The slot that holds the stack, or the free one where it belongs.
  uint32_t& find(uint64_t hash, StackEnd end, std::span<const uint64_t> frames) {
    for (size_t at = hash;; at++) {
      uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (!slot) return slot;
      const Entry& entry = entries_[slot - 1];
      if (entry.hash == hash && entry.end == end && entry.count == frames.size() &&
          std::equal(frames.begin(), frames.end(),
                     frames_.begin() + static_cast<std::ptrdiff_t>(entry.first)))
        return slot;
    }
  }

  void grow() {
    slots_.assign(std::max<size_t>(64, slots_.size() * 2), 0);
    for (uint32_t id = 1; id <= entries_.size(); id++) {
      size_t at = entries_[id - 1].hash;
      while (slots_[at & (slots_.size() - 1)]) at++;
      slots_[at & (slots_.size() - 1)] = id;
    }
  }

  std::vector<Entry> entries_;    // by id - 1
  std::vector<uint64_t> frames_;  // of all entries
  std::vector<uint32_t> slots_;   // ids, 0 = free; a power of two
};

}  // namespace thrace::collector
