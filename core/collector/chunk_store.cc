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
  chunk.holder.store(ChunkHeader::make(0, 0, Holder::Free), std::memory_order_release);
  free_list_push(header.free_chunks[chunk_class(header, page)], page, chunk_link(base_));
}

void ChunkStore::wake_rested(uint64_t now) {
  while (!resting_.empty() && resting_.front().until <= now) {
    const uint32_t page = resting_.front().page;
    resting_.pop_front();
    give_back(page, chunk_words(chunk_class(arena_header(base_), page)));
  }
}

}  // namespace thrace::collector
