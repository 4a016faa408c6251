// Varints and zigzag: every length, every way to be cut, what does not fit.
#include "core/format/varint.h"

#include <gtest/gtest.h>

#include <limits>

namespace thrace {
namespace {

TEST(Varint, RoundTripsAtEachLength) {
  for (int bit = 0; bit < 64; bit++)
    for (const uint64_t value : {(1ull << bit) - 1, 1ull << bit, (1ull << bit) + 1, ~0ull >> bit}) {
      std::string text = "x";
      put_varint(text, value);
      EXPECT_LE(text.size(), 1 + kMaxVarint);
      size_t pos = 1;
      uint64_t read = 0;
      ASSERT_TRUE(get_varint(text, pos, read)) << value;
      EXPECT_EQ(read, value);
      EXPECT_EQ(pos, text.size());
    }
}

TEST(Varint, KnownBytes) {
  std::string text;
  put_varint(text, 300);
  EXPECT_EQ(text, "\xac\x02");
}

TEST(Varint, CutLeavesThePositionAlone) {
  std::string text;
  put_varint(text, ~0ull);
  for (size_t size = 0; size < text.size(); size++) {
    size_t pos = 0;
    uint64_t value;
    EXPECT_FALSE(get_varint(std::string_view(text).substr(0, size), pos, value)) << size;
    EXPECT_EQ(pos, 0u);
  }
}

TEST(Varint, RefusesWhatDoesNotFit) {
  size_t pos = 0;
  uint64_t value;
  EXPECT_FALSE(get_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", pos, value));
  EXPECT_FALSE(get_varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", pos, value));
}

TEST(Varint, AcceptsPadding) {
  size_t pos = 0;
  uint64_t value = 0;
  ASSERT_TRUE(get_varint(std::string_view("\x85\x80\x00", 3), pos, value));
  EXPECT_EQ(value, 5u);
  EXPECT_EQ(pos, 3u);
}

TEST(Zigzag, RoundTrips) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{-64}, int64_t{63},
        std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
}

}  // namespace
}  // namespace thrace
