// An arena inside a test program, and the records that its threads have written there.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/collector/arena_file.h"
#include "core/format/event.h"
#include "core/tracer/guest.h"
#include "core/tracer/task.h"

namespace thrace {

// A record, without its time.
struct Seen {
  Event event;
  std::vector<uint64_t> args;

  bool operator==(const Seen&) const = default;
};

inline void PrintTo(const Seen& seen, std::ostream* out) {
  *out << find_event(static_cast<uint8_t>(seen.event))->name;
  for (const uint64_t arg : seen.args) *out << ' ' << arg;
}

class ArenaTest : public testing::Test {
 protected:
  void SetUp() override {
    ArenaOptions options;
    options.bytes = 8 << 20;
    options.clock = ClockKind::Tsc;
    std::string error;
    const std::string path = testing::TempDir() + "thrace-tracer." + std::to_string(getpid());
    base_ = create_arena(path, options, error);
    ASSERT_NE(base_, nullptr) << error;
    unlink(path.c_str());
    memset(static_cast<void*>(&g_wiped), 0, sizeof g_wiped);
    const char* arguments[] = {"test", nullptr};
    ASSERT_TRUE(start_process(base_, {getpid(), getppid(), "test", "/bin/test", arguments}, false));
  }

  void TearDown() override {
    disarm();
    t_local = {};
    unmap_arena(base_);
  }

  // What an M has written in a generation, statuses left out unless asked for.
  std::vector<Seen> records(uint32_t m, uint32_t gen, bool statuses = false) {
    std::vector<const ChunkHeader*> chunks;
    for_each_chunk(arena_header(base_), [&](uint32_t page, uint32_t) {
      const ChunkHeader& chunk = arena_chunk(base_, page);
      if (chunk.holder.load() >> 32 == m && chunk.gen.load() == gen) chunks.push_back(&chunk);
    });
    std::sort(chunks.begin(), chunks.end(),
              [](auto* a, auto* b) { return a->seq.load() < b->seq.load(); });
    std::vector<Seen> result;
    for (const ChunkHeader* chunk : chunks) {
      const auto* word = reinterpret_cast<const uint64_t*>(chunk) + kChunkHeaderWords;
      for (; *word; word += RecordHeader::words(*word)) {
        Seen seen{static_cast<Event>(RecordHeader::event(*word)), {RecordHeader::arg(*word)}};
        for (uint32_t i = 2; i < RecordHeader::words(*word); i++) seen.args.push_back(word[i]);
        if (statuses || seen.event != Event::GoStatus) result.push_back(std::move(seen));
      }
    }
    return result;
  }

  uint32_t gen() const { return arena_header(base_).gen.load(); }
  static uint32_t own_m() { return t_local.m->m.load(); }
  static uint32_t own_g() { return t_local.m->g.load(); }

  char* base_ = nullptr;
};

}  // namespace thrace
