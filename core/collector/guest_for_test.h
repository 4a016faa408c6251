// A traced program made by hand: fills an arena as a guest would, step by step.
#pragma once

#include <unistd.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/arena/free_list.h"
#include "core/arena/layout.h"
#include "core/collector/arena_file.h"
#include "core/format/event.h"

namespace thrace {

class TestGuest {
 public:
  explicit TestGuest(char* base) : base_(base) {}

  ArenaHeader& header() { return arena_header(base_); }

  // Claims a process slot.
  uint32_t process(int32_t pid, const char* program) {
    for (uint32_t slot = 0;; slot++) {
      Process& process = arena_process(base_, slot);
      if (!process.claim(pid)) continue;
      process.image = header().next_image.fetch_add(1) + 1;
      process.claimed = header().start_ticks;
      std::strcpy(process.program, program);
      std::strcpy(process.name, "born");
      std::strcpy(process.executable, "/bin/x");
      std::memcpy(process.arguments, "x\0a b\0", 7);
      process.enter(ProcessPhase::Live);
      return slot;
    }
  }

  // Takes a thread slot.
  uint32_t thread(uint32_t process, int32_t tid, ThreadPhase phase = ThreadPhase::Live) {
    const uint32_t slot = free_list_pop(header().free_threads, thread_link(base_));
    Thread& m = (*this)[slot];
    m.m = header().next_m.fetch_add(1) + 1;
    m.g = header().next_g.fetch_add(1) + 1;
    m.tid = tid;
    m.process = process;
    m.phase = phase;
    if (phase == ThreadPhase::Created) m.introduced = header().gen.load();  // creation is its status
    return slot;
  }

  Thread& operator[](uint32_t slot) { return arena_thread(base_, slot); }

  // A fresh chunk becomes the M's.  The one before stays as it is.
  uint32_t chunk(uint32_t slot, uint32_t gen, uint32_t seq, uint32_t cls = 0) {
    Thread& m = (*this)[slot];
    const uint32_t page = free_list_pop(header().free_chunks[cls], chunk_link(base_));
    if (!page) return 0;
    ChunkHeader& chunk = arena_chunk(base_, page);
    chunk.thread = slot;
    chunk.gen = gen;
    chunk.seq = seq;
    chunk.holder = ChunkHeader::make(m.m, gen, Holder::Held);
    m.tail = Tail::make(gen, page, cls, kChunkHeaderWords, Tail{m.tail}.status()).word;
    return page;
  }

  // Hands a chunk to the collector.
  void push(uint32_t slot, uint32_t page) {
    ChunkHeader& chunk = arena_chunk(base_, page);
    const uint32_t gen = chunk.gen;
    chunk.holder = ChunkHeader::make((*this)[slot].m, gen, Holder::Full);
    chunk.filled_seq = (*this)[slot].seq.load();
    const Tail tail{(*this)[slot].tail};
    chunk.filled = tail.page() == page ? tail.offset() : 0;
    full_push(base_, page);
  }

  // Writes a record into the M's chunk.
  void record(uint32_t slot, Event event, uint64_t time, std::initializer_list<uint64_t> args,
              Status after = Status::Running, RecordState state = RecordState::Committed) {
    const Tail tail{(*this)[slot].tail};
    uint64_t* at = words(tail.page()) + tail.offset();
    const auto length = static_cast<uint32_t>(1 + args.size());
    uint32_t i = 1;
    at[i++] = time;
    for (const uint64_t* arg = args.begin() + 1; arg < args.end(); arg++) at[i++] = *arg;
    at[0] = RecordHeader::make(state, static_cast<uint8_t>(event), tail.gen(), length,
                               static_cast<uint32_t>(*args.begin()));
    (*this)[slot].tail = Tail::make(tail.gen(), tail.page(), tail.cls(), tail.offset() + length,
                                    static_cast<uint32_t>(after))
                             .word;
    if (state != RecordState::Committed || event == Event::Lost) return;
    (*this)[slot].status_gen[tail.gen() % 3] = tail.gen();
    (*this)[slot].introduced = tail.gen();
  }

  // The usual first record of a generation.
  void status(uint32_t slot, uint64_t time, Status status = Status::Running) {
    record(slot, Event::GoStatus, time,
           {(*this)[slot].g, static_cast<uint64_t>(status), 0, 0, 0, time}, status);
  }

  // Leaves room unused, as a writer does who was thrown out before its first header.
  void skip(uint32_t slot, uint32_t count) {
    const Tail tail{(*this)[slot].tail};
    (*this)[slot].tail =
        Tail::make(tail.gen(), tail.page(), tail.cls(), tail.offset() + count, tail.status()).word;
  }

  uint64_t* words(uint32_t page) { return reinterpret_cast<uint64_t*>(&arena_chunk(base_, page)); }

  char* base() { return base_; }

 private:
  char* base_;
};

}  // namespace thrace
