// Frames of stacks: there and back, and what is refused.
#include "core/format/frames.h"

#include <gtest/gtest.h>

#include "core/format/event.h"

namespace thrace {
namespace {

TEST(Frames, RoundTrip) {
  std::vector<uint64_t> frames = {0x7ffff7e01234, 0x7ffff7e01200, 0x555555554321, 0, ~0ull, 1};
  std::string bytes;
  encode_frames(bytes, frames);
  std::vector<uint64_t> back = {42};
  ASSERT_TRUE(decode_frames(bytes, back));
  EXPECT_EQ(back, frames);
  ASSERT_TRUE(decode_frames("", back));
  EXPECT_TRUE(back.empty());
}

TEST(Frames, NeighboursTakeFewBytes) {
  std::string bytes;
  encode_frames(bytes, std::vector<uint64_t>{0x555555554000, 0x555555554010, 0x555555554020});
  EXPECT_LE(bytes.size(), 7u + 2u);
}

TEST(Frames, CutAndOverlongAreRefused) {
  std::string bytes;
  encode_frames(bytes, std::vector<uint64_t>{0x555555554000, 1});
  std::vector<uint64_t> frames;
  EXPECT_FALSE(decode_frames(std::string_view(bytes).substr(0, bytes.size() - 1), frames));
  bytes.clear();
  encode_frames(bytes, std::vector<uint64_t>(kMaxFrames, 1));
  EXPECT_TRUE(decode_frames(bytes, frames));
  encode_frames(bytes, std::vector<uint64_t>{1});
  EXPECT_FALSE(decode_frames(bytes, frames));
}

}  // namespace
}  // namespace thrace
