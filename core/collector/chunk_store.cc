// Giving chunks back.
#include "core/collector/chunk_store.h"

#include <cstring>

#include "core/arena/free_list.h"
#include "core/collector/arena_file.h"

namespace thrace::collector {

void ChunkStore::give_back(uint32_t page, uint32_t used) {
  ArenaHeader& header = arena_header(base_);
  ChunkHeader& chunk = arena_chunk(base_, page);
  std::memset(reinterpret_cast<char*>(&chunk) + sizeof(ChunkHeader), 0,
              (used - kChunkHeaderWords) * sizeof(uint64_t));
  chunk.thread.store(0, std::memory_order_relaxed);
  chunk.gen.store(0, std::memory_order_relaxed);
  chunk.seq.store(0, std::memory_order_relaxed);
  chunk.filled_seq.store(0, std::memory_order_relaxed);
  chunk.filled.store(0, std::memory_order_relaxed);
  chunk.holder.store(ChunkHeader::make(0, 0, Holder::Free), std::memory_order_release);
  free_list_push(header.free_chunks[chunk_class(header, page)], page, chunk_link(base_));
}

void ChunkStore::rest(uint32_t page, uint64_t now) {
  resting_.push_back({page, now + kQuarantine});
  resting_bytes_ += bytes(page);
  while (resting_bytes_ > arena_header(base_).bytes / kRestingShare) wake_first();
}

void ChunkStore::wake_rested(uint64_t now) {
  while (!resting_.empty() && resting_.front().until <= now) wake_first();
}

uint32_t ChunkStore::bytes(uint32_t page) const {
  return kChunkBytes[chunk_class(arena_header(base_), page)];
}

void ChunkStore::wake_first() {
  const uint32_t page = resting_.front().page;
  resting_.pop_front();
  resting_bytes_ -= bytes(page);
  give_back(page, bytes(page) / sizeof(uint64_t));
}

}  // namespace thrace::collector
