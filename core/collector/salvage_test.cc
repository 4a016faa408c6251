// Leftover arenas: read as traces, however damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/collector/guest_for_test.h"
#include "core/collector/trace_for_test.h"
#include "core/format/arena_source.h"

namespace thrace {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

class SalvageTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "salvage." + std::to_string(getpid());
    unlink(path_.c_str());
    std::string error;
    base_ = create_arena(path_, {.bytes = kMinArena, .stress = true, .output = "/x/%e.%p"}, error);
    ASSERT_TRUE(base_) << error;
    start_ = arena_header(base_).start_ticks;
    fill();
  }
  void TearDown() override {
    unmap_arena(base_);
    unlink(path_.c_str());
  }

  // Two generations: M1 writes in both, M2 sleeps through the second, M3 begins in the second with
  // its first chunk drained, M4 has not started.
  void fill() {
    TestGuest guest(base_);
    const uint32_t process = guest.process(42, "prog");
    const uint32_t one = guest.thread(process, 1), two = guest.thread(process, 2);
    guest.chunk(one, 7, 0);
    guest.status(one, start_ + 10);
    guest.chunk(two, 7, 0);
    guest.status(two, start_ + 20);
    guest.record(two, Event::GoBlock, start_ + 30, {1, 0x1000, 0}, Status::Waiting);
    guest[two].detail = 1;
    guest[two].object = 0x1000;
    guest[two].since = start_ + 30;
    guest.push(one, guest.chunk(one, 8, 0));
    guest.status(one, start_ + 1000);
    const uint32_t three = guest.thread(process, 3);
    guest.record(one, Event::GoCreate, start_ + 1010, {3, 0x2000});
    guest.chunk(three, 8, 4);
    guest.record(three, Event::GoUnblock, start_ + 1020, {0, 0, 0, 0});
    const uint32_t four = guest.thread(process, 0, ThreadPhase::Created);
    guest.record(one, Event::GoCreate, start_ + 1030, {guest[four].g, 0x2000});
    guest[one].lost = 2;
    guest[one].lost_from = guest[one].lost_to = start_ + 1040;
  }

  std::string path_;
  char* base_ = nullptr;
  uint64_t start_ = 0;
};

TEST_F(SalvageTest, ReadsWhatIsThere) {
  EXPECT_TRUE(is_arena(path_));
  std::string error;
  const auto traces = salvage_arena(path_, error);
  ASSERT_EQ(traces.size(), 1u) << error;
  EXPECT_EQ(traces[0].name, "/x/prog.42");
  const TestTrace trace = read_trace(traces[0].data);
  ASSERT_TRUE(trace.good);
  EXPECT_EQ(trace.header.get("program"), "prog");
  EXPECT_EQ(trace.header.get("arguments"), "x a\\x20b");
  ASSERT_EQ(trace.generations.size(), 2u);
  EXPECT_THAT(trace.lines(0),
              ElementsAre(MatchesRegex("M1 GoStatus.*"), MatchesRegex("M2 GoStatus.*"),
                          MatchesRegex("M2 GoBlock.*")));
  EXPECT_EQ(trace.end(0), "M0 EndOfGeneration 1");
  EXPECT_THAT(
      trace.lines(1),
      ElementsAre(MatchesRegex("M1 GoStatus.*"), MatchesRegex("M1 GoCreate@.*"),
                  MatchesRegex("M1 GoCreate@.*"), MatchesRegex("M1 Lost@[0-9]+ 2 .*"),
                  MatchesRegex("M2 GoStatus@[0-9]+ 2 4 1 4096 .*"),
                  MatchesRegex("M3 Lost@[0-9]+ 0 .*"), MatchesRegex("M3 GoStatus@[0-9]+ 3 4 .*"),
                  MatchesRegex("M3 GoUnblock@.*")));
  EXPECT_EQ(trace.end(1), "M0 EndOfGeneration 5");
}

TEST_F(SalvageTest, RefusesWhatIsNoArena) {
  std::string error;
  EXPECT_FALSE(is_arena("/dev/null"));
  EXPECT_FALSE(is_arena("/"));
  EXPECT_FALSE(is_arena(path_ + ".none"));
  EXPECT_TRUE(salvage_arena(path_ + ".none", error).empty());
  EXPECT_EQ(error, "cannot read " + path_ + ".none: No such file or directory");
  EXPECT_TRUE(salvage_arena("/", error).empty());
  EXPECT_EQ(error, "/ is not an arena of this version of thrace");
  arena_header(base_).version++;
  EXPECT_TRUE(salvage_arena(path_, error).empty());
  EXPECT_EQ(error, path_ + " is not an arena of this version of thrace, or is damaged");
}

// Every part of the arena that is read, with bits flipped: no crash, no endless loop, and whatever
// comes out is a trace.
TEST_F(SalvageTest, SurvivesFlippedBits) {
  const ArenaHeader& header = arena_header(base_);
  const std::string whole(base_, header.bytes);
  const size_t threads = header.threads, chunks = size_t{header.first_page[0]} * kPage;
  std::mt19937_64 random(7);
  const std::pair<size_t, size_t> parts[] = {{0, sizeof(ArenaHeader)},
                                             {header.processes, header.processes + sizeof(Process)},
                                             {threads, threads + 6 * sizeof(Thread)},
                                             {chunks, chunks + 6 * kPage}};
  for (int round = 0; round < 200; round++) {
    const auto [from, to] = parts[round % std::size(parts)];
    for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; flips--)
      base_[from + random() % (to - from)] ^= static_cast<char>(1u << random() % 8);
    std::string error;
    for (const SalvagedTrace& trace : salvage_arena(path_, error))
      EXPECT_TRUE(read_trace(trace.data).good);
    std::memcpy(base_ + from, whole.data() + from, to - from);
  }
}

TEST_F(SalvageTest, SurvivesACutFile) {
  std::string error;
  for (const size_t size : {size_t{0}, size_t{8}, size_t{4096}, kMinArena - 1}) {
    ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(size)), 0);
    EXPECT_TRUE(salvage_arena(path_, error).empty());
  }
}

}  // namespace
}  // namespace thrace
