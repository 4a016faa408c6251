// What the tables of a generation say.
#include "decoder/input/generation.h"

#include <gtest/gtest.h>

#include "decoder/stacks/test_generation.h"

namespace thrace {
namespace {

TEST(GenerationTest, KnowsWhatDescriptorsAre) {
  const TestGeneration g(
      "String id=1 text=\"socket:[4242]\"\nString id=2 text=\"/var/lib/x\"\n"
      "Descriptor fd=3 target=1\nDescriptor fd=0 target=2\n"
      "Descriptor fd=18446744073709551615 target=9\n");
  EXPECT_EQ((*g).descriptor(3), "socket:[4242]");
  EXPECT_EQ((*g).descriptor(0), "/var/lib/x");
  EXPECT_EQ((*g).descriptor(4), "");
  EXPECT_EQ((*g).descriptor(~0ul), "");  // there is no such String
}

TEST(GenerationTest, KnowsTheMemoryOfThreadsUntilItIsReset) {
  Generation generation = *TestGeneration(
      "Thread m=1 tid=101\nThreadStack m=1 low=0x1000 high=0x2000 self=0x2000\n"
      "Thread m=2 tid=102\nThreadStack m=2 low=0 high=0 self=0x7000\n");
  size_t count = 0;
  const auto visit = [&](uint64_t m, const ThreadMemory& memory) {
    count++;
    EXPECT_EQ(memory,
              m == 1 ? (ThreadMemory{0x1000, 0x2000, 0x2000}) : (ThreadMemory{0, 0, 0x7000}));
  };
  generation.each_thread_memory(visit);
  EXPECT_EQ(count, 2u);
  generation.reset();
  generation.each_thread_memory(visit);
  EXPECT_EQ(count, 2u);
}

}  // namespace
}  // namespace thrace
