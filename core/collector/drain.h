// From the arena's chunks to the encoder, in the order of each M.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arena/layout.h"
#include "core/collector/chunk_store.h"
#include "core/collector/encoder.h"
#include "core/collector/log.h"
#include "core/collector/thread_table.h"

namespace thrace::collector {

class Drain {
 public:
  Drain(char* base, ThreadTable& threads, Encoder& encoder, ChunkStore& store, Log& log)
      : base_(base), threads_(threads), encoder_(encoder), store_(store), log_(log) {}

  // Takes the queue of full chunks.
  void take_full();

  // Encodes all chunks whose turn it is: their M has been outside the gate in which they became
  // full, and all chunks before them are encoded.
  void encode_ready();

  // Chunks of generation `gen` and older that never came to the queue: of Ms that have passed, and
  // of those that are gone.  Call take_full() first.
  void sweep(uint32_t gen);

  // A chunk that is marked full but was not in the queue is either about to be pushed or orphaned.
  // Before take_full(): look whether its M has moved; after it: what is still there is an orphan.
  void look_at_suspects();
  void resolve_suspects();

  // All chunks of a process that is gone.  Call take_full() first.
  void sweep_process(ProcessState& process);

  // The process's Ms are about to be forgotten.
  void forget(const ProcessState& process);

  // The chunk that a thread which is gone had last.  Call take_full() first.
  void take_last(MState& m);

  // Encodes what is there of generation `gen`: no more will come.  From then on the M's next
  // generation is open; nothing of it is encoded yet, so that a status can still be written.
  void finish_generation(MState& m, uint32_t gen);

  // Adds what the M itself counted and will not tell any more.  For Ms that are gone.
  void take_losses(MState& m);

  // True if nothing of the M's is left in the arena, as far as is known.
  bool is_drained(const MState& m) const { return m.pending.empty() && m.held_back.empty(); }

  uint64_t taken() const { return taken_; }  // chunks, ever

 private:
  struct Suspect {
    uint32_t page;
    uint64_t word;
    MState* m;
    uint64_t seq;
    bool moved;
  };

  uint64_t* words(uint32_t page) { return reinterpret_cast<uint64_t*>(&arena_chunk(base_, page)); }
  uint32_t count(uint32_t page);
  uint32_t known_end(uint32_t page, const MState& m);
  bool moved(const MState& m, uint64_t seq) const;
  bool claim(uint32_t page, uint64_t word);
  void touch(MState& m);
  void add(uint32_t page, MState& m, bool held = false);
  void route(uint32_t page);
  void discard(uint32_t page, uint64_t word);
  void encode(MState& m, const Pending& chunk, GenerationText& text);
  void encode_ready(MState& m);
  void settle(MState& m);
  void release(uint32_t page, const Walk& walk, const MState& m);

  char* base_;
  ThreadTable& threads_;
  Encoder& encoder_;
  ChunkStore& store_;
  Log& log_;
  std::vector<MState*> touched_;
  std::vector<Suspect> suspects_;
  uint64_t taken_ = 0;
};

}  // namespace thrace::collector
