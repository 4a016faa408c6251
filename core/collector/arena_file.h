// Making, mapping and judging arena files.
#pragma once

#include <cstddef>
#include <string>

#include "core/arena/layout.h"

namespace thrace {

struct ArenaOptions {
  size_t bytes = kDefaultArena;
  ClockKind clock = ClockKind::Monotonic;
  bool stress = false;
  bool wait_on_full = false;
  std::string options = {};  // ArenaHeader::options
  std::string output = {};   // ArenaHeader::output
};

// Makes the arena file at `path` (which must not exist), gives it all its blocks, maps it, fills in
// the header and the free lists, and opens it: phase Open, generation 1 (A1).  light_fence is 1 if
// membarrier works here.  nullptr and one sentence in `error` on failure; no file is left then.
char* create_arena(const std::string& path, const ArenaOptions& options, std::string& error);

// Unmaps what create_arena mapped.  The file stays.
void unmap_arena(char* base);

// Makes all stores of all threads that have registered for it visible to the caller, and the
// caller's to them (the heavy half of T2).
void heavy_fence();

// --- The geometry ---------------------------------------------------------------------------------

// True if the header describes an arena of `bytes` bytes whose parts all lie within it.  For input
// that may be hostile; everything below may be used when it has said yes.
bool arena_is_sound(const ArenaHeader& header, size_t bytes);

// The class of the chunk that starts at `page`; kChunkClasses if none does.
uint32_t chunk_class(const ArenaHeader& header, uint32_t page);

// The words of a chunk, its header included.
inline uint32_t chunk_words(uint32_t cls) { return kChunkBytes[cls] / sizeof(uint64_t); }

// Calls visit(page, class) for each chunk.
template <typename Visit>
inline void for_each_chunk(const ArenaHeader& header, Visit visit) {
  for (uint32_t cls = 0; cls < kChunkClasses; cls++)
    for (uint32_t i = 0; i < header.chunks[cls]; i++)
      visit(header.first_page[cls] + i * static_cast<uint32_t>(kChunkBytes[cls] / kPage), cls);
}

}  // namespace thrace
