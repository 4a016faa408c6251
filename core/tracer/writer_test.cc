// What a writer does when the arena is full.
#include "core/tracer/writer.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "core/arena/free_list.h"
#include "core/tracer/arena_for_test.h"
#include "core/tracer/call.h"
#include "core/tracer/wait.h"

namespace thrace {
namespace {

class WriterTest : public ArenaTest {
 protected:
  static uint32_t lost() { return t_local.m->lost.load(); }

  // Writes until events are lost; returns how long that took, in s.
  static double write_until_lost() {
    const uint32_t before = lost();
    const auto begin = std::chrono::steady_clock::now();
    while (lost() == before) {
      Call call(1, 2);
      call.end(0, 0);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  // All chunks that are full become free, as a collector would make them.
  void drain() {
    for (uint32_t page = full_take(base_); page;) {
      ChunkHeader& chunk = arena_chunk(base_, page);
      const uint32_t next = chunk.next.load();
      const uint32_t cls = chunk_class(arena_header(base_), page);
      std::memset(static_cast<void*>(&chunk), 0, kChunkBytes[cls]);
      free_list_push(arena_header(base_).free_chunks[cls], page, chunk_link(base_));
      page = next;
    }
  }
};

TEST_F(WriterTest, WaitsForACollectorThatMovesOnly) {
  ArenaHeader& header = arena_header(base_);
  header.wait_on_full = 1;
  EXPECT_GT(write_until_lost(), 1.9) << "patience";
  EXPECT_LT(write_until_lost(), 1.0) << "it was found dead already";
  header.beats++;
  EXPECT_GT(write_until_lost(), 1.9) << "it has moved since";
}

TEST_F(WriterTest, AWaitThatIsLostHasItsTimeAllTheSame) {
  write_until_lost();
  const uint64_t before = ticks();
  Wait wait;
  wait.begin(WaitReason::Mutex, this, 0);
  EXPECT_GE(t_local.m->since.load(), before);
  EXPECT_EQ(t_local.m->wait_since.load(), t_local.m->since.load()) << "its place in the queue";
  wait.end(Outcome::Timeout);
}

TEST_F(WriterTest, NeverWaitsUnlessItWasToldTo) { EXPECT_LT(write_until_lost(), 1.0); }

TEST_F(WriterTest, WhoWaitsDoesNotKeepAFullChunk) {
  ArenaHeader& header = arena_header(base_);
  header.wait_on_full = 1;
  write_until_lost();
  EXPECT_EQ(Tail{t_local.m->tail.load()}.page(), 0u);
  uint32_t held = 0;
  for_each_chunk(header, [&](uint32_t page, uint32_t) {
    const ChunkHeader& chunk = arena_chunk(base_, page);
    held += (chunk.holder.load() & 3) == static_cast<uint64_t>(Holder::Held);
  });
  EXPECT_EQ(held, 0u);
  drain();
  EXPECT_GT(lost(), 0u);
  Call call(3, 4);
  call.end(0, 0);
  EXPECT_EQ(lost(), 0u) << "told, with the status that follows";
}

// The collector looks at the M at any time: what was lost, and that the status need not follow, stays
// visible as long as the record that tells it waits for room.
TEST_F(WriterTest, WhatIsLostIsSeenUntilItIsTold) {
  arena_header(base_).wait_on_full = 1;
  write_until_lost();
  arena_header(base_).beats++;
  const Thread& m = *t_local.m;
  std::atomic<bool> done{false};
  bool seen = true;
  std::thread collector([&] {
    while (!done) seen = seen && m.lost.load() && !m.introduced.load();
  });
  Call call(3, 4);
  call.end(0, 0);
  done = true;
  collector.join();
  EXPECT_TRUE(seen);
}

// Between the reservation of the Lost and its end.
TEST_F(WriterTest, AHandlerDoesNotTellTheSameLossAgain) {
  write_until_lost();
  drain();
  const uint32_t before = lost();
  t_local.telling_lost = true;
  Call handler(3, 4);
  handler.end(0, 0);
  EXPECT_EQ(lost(), before);
  t_local.telling_lost = false;
  arena_header(base_).gen++;
  Call next(3, 4);
  next.end(0, 0);
  EXPECT_EQ(lost(), 0u);
}

}  // namespace
}  // namespace thrace
