// What a writer does when the arena is full.
#include "core/tracer/writer.h"

#include <chrono>

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

}  // namespace
}  // namespace thrace
