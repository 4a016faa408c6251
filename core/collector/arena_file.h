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
  uint32_t stack_depth = 0;
  bool frame_pointers = false;
  std::string options = {};  // ArenaHeader::options
  std::string output = {};   // ArenaHeader::output
};

// The blocks that an arena does not have yet.  Getting 64 MiB takes some 20 ms, which no program
// has to wait for: it can begin with a few chunks.
class ArenaGrowth {
 public:
  ArenaGrowth() = default;
  ~ArenaGrowth();
  ArenaGrowth(const ArenaGrowth&) = delete;
  ArenaGrowth& operator=(const ArenaGrowth&) = delete;

  // Gets some more blocks and makes their chunks free.  False if there is nothing more to do: the
  // arena is whole, or (an error) the rest cannot be had and it stays as it is.
  bool step(std::string& error);

 private:
  friend char* create_arena(const std::string&, const ArenaOptions&, std::string&, ArenaGrowth*);
  bool extend(size_t bytes, std::string& error);
  void free_chunks();

  char* base_ = nullptr;
  int fd_ = -1;
  size_t have_ = 0;                       // bytes
  uint32_t planned_[kChunkClasses] = {};  // chunks
};

// Makes the arena file at `path` (which must not exist), gives it all its blocks, maps it, fills in
// the header and the free lists, and opens it: phase Open, generation 1 (A1).  light_fence is 1 if
// membarrier works here.  nullptr and one sentence in `error` on failure; no file is left then.
// With `growth` most of the blocks are left to it.
char* create_arena(const std::string& path, const ArenaOptions& options, std::string& error,
                   ArenaGrowth* growth = nullptr);

// Unmaps what create_arena mapped.  The file stays.
void unmap_arena(char* base);

// Makes all stores of all threads that have registered for it visible to the caller, and the
// caller's to them (the heavy half of T2).
void heavy_fence();

// --- The geometry --------------------------------------------------------------------------------

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
