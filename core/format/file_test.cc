// The header and the index of a file, whole, cut and damaged.
#include "core/format/file.h"

#include <gtest/gtest.h>

namespace thrace {
namespace {

FileHeader sample_header() {
  FileHeader header;
  header.set("program", "demo");
  header.set("arguments", "a \"b\"\n");
  header.set("program", "other");
  return header;
}

TEST(FileHeader, SetReplacesAndGetFinds) {
  const FileHeader header = sample_header();
  EXPECT_EQ(header.entries.size(), 2u);
  EXPECT_EQ(header.get("program"), "other");
  EXPECT_EQ(header.get("none", "otherwise"), "otherwise");
}

TEST(FileHeader, RoundTrips) {
  const std::string data = encode_header(sample_header());
  FileHeader header;
  size_t size = 0;
  ASSERT_EQ(decode_header(data + "more", header, size), HeaderError::None);
  EXPECT_EQ(size, data.size());
  EXPECT_EQ(header.version, kFormatVersion);
  EXPECT_EQ(header.entries, sample_header().entries);
}

TEST(FileHeader, CutAnywhereIsShort) {
  const std::string data = encode_header(sample_header());
  FileHeader header;
  size_t used;
  for (size_t size = 0; size < data.size(); size++)
    EXPECT_EQ(decode_header(data.substr(0, size), header, used), HeaderError::Short) << size;
}

TEST(FileHeader, EachFlippedBitIsSeen) {
  const std::string whole = encode_header(sample_header());
  FileHeader header;
  size_t size;
  for (size_t bit = 0; bit < whole.size() * 8; bit++) {
    std::string data = whole;
    data[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_NE(decode_header(data, header, size), HeaderError::None) << bit;
  }
}

TEST(FileHeader, NewerVersionIsNamed) {
  FileHeader newer = sample_header();
  newer.version = kFormatVersion + 41;
  FileHeader header;
  size_t size;
  EXPECT_EQ(decode_header(encode_header(newer), header, size), HeaderError::NewerVersion);
  EXPECT_EQ(header.version, kFormatVersion + 41);
}

TEST(FileHeader, OtherFilesAreNotTraces) {
  FileHeader header;
  size_t size;
  EXPECT_EQ(decode_header("#!/bin/sh\n", header, size), HeaderError::NotATrace);
  // A skippable frame with our number, but of somebody else.
  std::string other = encode_header(sample_header());
  other[9] = 'x';
  EXPECT_EQ(decode_header(other, header, size), HeaderError::NotATrace);
}

TEST(Index, RoundTrips) {
  const std::vector<FrameSize> frames = {{100, 0}, {2000, 9000}, {3, 4}};
  std::vector<FrameSize> read;
  ASSERT_TRUE(decode_index("before" + encode_index(frames), read));
  ASSERT_EQ(read.size(), frames.size());
  for (size_t i = 0; i < read.size(); i++) {
    EXPECT_EQ(read[i].compressed, frames[i].compressed);
    EXPECT_EQ(read[i].decompressed, frames[i].decompressed);
  }
}

TEST(Index, CutOrChangedIsRefused) {
  const std::string whole = encode_index({{100, 0}, {2000, 9000}});
  std::vector<FrameSize> read;
  for (size_t size = 0; size < whole.size(); size++)
    EXPECT_FALSE(decode_index(whole.substr(0, size), read)) << size;
  for (const size_t at :
       {size_t{0}, size_t{4}, whole.size() - 1, whole.size() - 5, whole.size() - 9}) {
    std::string data = whole;
    data[at] ^= 1;
    EXPECT_FALSE(decode_index(data, read)) << at;
  }
}

TEST(Attachment, AnImageIsNotMuchLargerThanItsFile) {
  AttachmentHeader header;
  EXPECT_TRUE(
      decode_attachment(encode_attachment({"ab", "/x", 100}, std::string(1000, 'x')), header));
  EXPECT_FALSE(
      decode_attachment(encode_attachment({"ab", "/x", 100}, std::string(2000, 'x')), header));
  EXPECT_FALSE(decode_attachment(
      encode_attachment({"ab", "/x", kMaxImage + 1}, std::string(9, 'x')), header));
}

}  // namespace
}  // namespace thrace
