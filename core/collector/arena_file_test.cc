// The arena that the collector makes.
#include "core/collector/arena_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "core/arena/free_list.h"

namespace thrace {
namespace {

class ArenaFileTest : public testing::Test {
 protected:
  void TearDown() override { unlink(path_.c_str()); }
  std::string path_ = testing::TempDir() + "arena." + std::to_string(getpid());
  std::string error_;
};

TEST_F(ArenaFileTest, IsOpenSoundAndPrivate) {
  char* base = create_arena(path_, {.bytes = 8u << 20, .options = "A=1\n", .output = "/x"}, error_);
  ASSERT_TRUE(base) << error_;
  const ArenaHeader& header = arena_header(base);
  EXPECT_EQ(header.phase, Phase::Open);
  EXPECT_EQ(header.gen, 1u);
  EXPECT_EQ(header.frequency, 1'000'000'000u);
  EXPECT_STREQ(header.options, "A=1\n");
  EXPECT_TRUE(arena_is_sound(header, 8u << 20));
  EXPECT_FALSE(arena_is_sound(header, 4u << 20));
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  EXPECT_GE(info.st_blocks * 512, 8 << 20) << "a hole would be a SIGBUS in the traced program";
  unmap_arena(base);
}

TEST_F(ArenaFileTest, EachChunkComesOutOnceAndLiesInsideAlone) {
  char* base = create_arena(path_, {.bytes = 8u << 20}, error_);
  ASSERT_TRUE(base) << error_;
  ArenaHeader& header = arena_header(base);
  std::set<uint32_t> pages;
  uint32_t chunks = 0;
  for (uint32_t cls = 0; cls < kChunkClasses; cls++)
    while (uint32_t page = free_list_pop(header.free_chunks[cls], chunk_link(base))) {
      EXPECT_EQ(chunk_class(header, page), cls);
      for (uint32_t i = 0; i < kChunkBytes[cls] / kPage; i++)
        EXPECT_TRUE(pages.insert(page + i).second);
      chunks++;
    }
  EXPECT_EQ(chunks, header.chunks[0] + header.chunks[1] + header.chunks[2]);
  EXPECT_LT(*pages.rbegin(), header.bytes / kPage);
  uint32_t slots = 0;
  while (free_list_pop(header.free_threads, thread_link(base))) slots++;
  EXPECT_EQ(slots, kThreads);
  unmap_arena(base);
}

TEST_F(ArenaFileTest, GrowsBehindItsFirstUsers) {
  ArenaGrowth growth;
  char* base = create_arena(path_, {.bytes = 64u << 20}, error_, &growth);
  ASSERT_TRUE(base) << error_;
  const ArenaHeader& header = arena_header(base);
  EXPECT_EQ(header.phase, Phase::Open);
  EXPECT_GE(header.chunks[0], 3000u);
  EXPECT_EQ(header.chunks[2], 0u);
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_LT(info.st_blocks * 512, 40 << 20);
  uint32_t small = header.chunks[0];
  while (growth.step(error_)) {
    EXPECT_GE(header.chunks[0], small);
    small = header.chunks[0];
  }
  EXPECT_EQ(error_, "");
  EXPECT_GT(header.chunks[2], 100u);
  EXPECT_TRUE(arena_is_sound(header, 64u << 20));
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_GE(info.st_blocks * 512, 64 << 20);
  std::set<uint32_t> pages;
  for_each_chunk(header, [&](uint32_t page, uint32_t) { pages.insert(page); });
  for (uint32_t cls = 0; cls < kChunkClasses; cls++)
    while (uint32_t page = free_list_pop(arena_header(base).free_chunks[cls], chunk_link(base)))
      EXPECT_EQ(pages.erase(page), 1u);
  EXPECT_TRUE(pages.empty());
  unmap_arena(base);
}

TEST_F(ArenaFileTest, StressHasSmallChunksOnly) {
  char* base = create_arena(path_, {.bytes = kMinArena, .stress = true}, error_);
  ASSERT_TRUE(base) << error_;
  EXPECT_GT(arena_header(base).chunks[0], 100u);
  EXPECT_EQ(arena_header(base).chunks[1] + arena_header(base).chunks[2], 0u);
  unmap_arena(base);
}

TEST_F(ArenaFileTest, SaysWhyItFails) {
  EXPECT_FALSE(create_arena("/nowhere/arena", {}, error_));
  EXPECT_EQ(error_, "cannot create the arena /nowhere/arena: No such file or directory");
  EXPECT_FALSE(create_arena(path_, {.bytes = 1}, error_));
  EXPECT_EQ(error_, "the arena must have between 4 MiB and 4 GiB");
  char* base = create_arena(path_, {.bytes = kMinArena}, error_);
  ASSERT_TRUE(base);
  unmap_arena(base);
  EXPECT_FALSE(create_arena(path_, {.bytes = kMinArena}, error_)) << "a taken name is left alone";
}

}  // namespace
}  // namespace thrace
