// Attached files: found, passed by, expanded; damage is told.
#include "decoder/input/attachment.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <fstream>

#include "core/format/file.h"
#include "decoder/order/strict.h"
#include "decoder/order/trace.h"
#include "decoder/text/assemble.h"

namespace thrace {
namespace {

constexpr const char* kText = R"(
Header "program"="demo"
Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5
EndOfGeneration reason=exit
Index
)";

std::string attachment(const std::string& path, const std::string& bytes) {
  std::string compressed(ZSTD_compressBound(bytes.size()), '\0');
  compressed.resize(
      ZSTD_compress(compressed.data(), compressed.size(), bytes.data(), bytes.size(), 1));
  AttachmentHeader header;
  header.build = "abcd";
  header.path = path;
  header.size = bytes.size();
  return encode_attachment(header, compressed);
}

// A trace with attachments behind its generation, and an index.
std::string trace_with(const std::vector<std::string>& attachments) {
  std::string error;
  std::string bytes = assemble(kText, error);
  EXPECT_EQ(error, "");
  std::vector<FrameSize> frames;
  EXPECT_TRUE(decode_index(bytes, frames));
  bytes.resize(bytes.size() - encode_index(frames).size());
  for (const std::string& frame : attachments) {
    bytes += frame;
    frames.push_back({static_cast<uint32_t>(frame.size()), 0});
  }
  return bytes + encode_index(frames);
}

Problems read(const std::string& bytes, std::vector<Attachment>& attachments) {
  Trace trace({"test.thr", memory_input(bytes)});
  if (trace.open()) {
    StrictCheck strict(trace);
    trace.run(strict);
  }
  attachments = trace.attachments();
  return trace.problems();
}

class AttachmentTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "attachment_test." + std::to_string(getpid());
    large_.assign(3 << 20, 'x');
    for (size_t i = 0; i < large_.size(); i += 7) large_[i] = static_cast<char>(i * 31 >> 3);
    bytes_ = trace_with({attachment("/one", "a small file"), attachment("/two", large_)});
    std::ofstream(path_, std::ios::binary) << bytes_;
  }
  void TearDown() override { unlink(path_.c_str()); }

  std::string path_, large_, bytes_;
  std::vector<Attachment> found_;
};

TEST_F(AttachmentTest, AreFoundAndExpanded) {
  const Problems problems = read(bytes_, found_);
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  ASSERT_EQ(found_.size(), 2u);
  EXPECT_EQ(found_[0].build, "abcd");
  EXPECT_EQ(found_[1].path, "/two");
  EXPECT_EQ(found_[1].size, large_.size());
  std::string error;
  const ExpandedFile file = expand(path_, found_[1], error);
  ASSERT_TRUE(file) << error;
  std::ifstream opened(file.path(), std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(opened), {}) == large_);
}

// As of a pipe: read once, and nobody knows its size.
class PipeInput : public Input {
 public:
  explicit PipeInput(std::string_view data) : data_(data) {}
  std::string_view next() override {
    const std::string_view part = data_.substr(0, 1000);
    data_.remove_prefix(part.size());
    return part;
  }

 private:
  std::string_view data_;
};

TEST_F(AttachmentTest, OfAPipeAreKept) {
  Problems problems;
  Reader reader(std::make_unique<PipeInput>(bytes_), "-", problems);
  ASSERT_TRUE(reader.open());
  Generation generation;
  while (reader.next(generation)) {
  }
  EXPECT_TRUE(problems.empty()) << problems[0].text;
  ASSERT_EQ(reader.attachments().size(), 2u);
  std::string error;
  const ExpandedFile file = expand("-", reader.attachments()[1], error);
  ASSERT_TRUE(file) << error;
  std::ifstream opened(file.path(), std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(opened), {}) == large_);
}

// What `open` alone finds.
std::vector<Attachment> at_the_start(std::unique_ptr<Input> input) {
  Problems problems;
  Reader reader(std::move(input), "test.thr", problems);
  EXPECT_TRUE(reader.open());
  EXPECT_TRUE(problems.empty());
  return reader.attachments();
}

TEST_F(AttachmentTest, AreKnownFromTheStartByTheIndex) {
  read(bytes_, found_);
  std::string error;
  auto file = open_input(path_, error);
  ASSERT_TRUE(file) << error;
  const std::vector<Attachment> known[] = {at_the_start(std::move(file)),
                                           at_the_start(memory_input(bytes_))};
  for (const std::vector<Attachment>& early : known) {
    ASSERT_EQ(early.size(), 2u);
    for (size_t i = 0; i < 2; i++) {
      EXPECT_EQ(early[i].build, found_[i].build);
      EXPECT_EQ(early[i].path, found_[i].path);
      EXPECT_EQ(early[i].offset, found_[i].offset);
      EXPECT_EQ(early[i].frame_size, found_[i].frame_size);
      EXPECT_EQ(early[i].size, found_[i].size);
    }
  }
}

TEST_F(AttachmentTest, AnIndexThatDoesNotFitTheFileIsNotFollowed) {
  std::vector<FrameSize> frames;
  ASSERT_TRUE(decode_index(bytes_, frames));
  const std::string body = bytes_.substr(0, bytes_.size() - encode_index(frames).size());
  EXPECT_EQ(at_the_start(memory_input(body + encode_index(frames))).size(), 2u);
  EXPECT_TRUE(at_the_start(memory_input(body)).empty());
  EXPECT_TRUE(at_the_start(memory_input(body + "x" + encode_index(frames))).empty());
  std::vector<FrameSize> wrong = frames;
  wrong.back().compressed--;
  wrong[1].compressed++;  // the sum is right, the places are not
  EXPECT_TRUE(at_the_start(memory_input(body + encode_index(wrong))).empty());
  wrong = frames;
  wrong.pop_back();
  EXPECT_TRUE(at_the_start(memory_input(body + encode_index(wrong))).empty());
  for (size_t cut = 1; cut < encode_index(frames).size(); cut++)
    EXPECT_TRUE(at_the_start(memory_input(bytes_.substr(0, bytes_.size() - cut))).empty()) << cut;
  std::string huge = encode_index({});
  for (size_t i = 8; i < 12; i++) huge[i] = '\xff';  // so many frames
  EXPECT_TRUE(at_the_start(memory_input(body + huge)).empty());
}

TEST_F(AttachmentTest, DamageIsToldWhenItIsExpanded) {
  read(bytes_, found_);
  bytes_[found_[1].offset + found_[1].frame_size / 2] ^= 1;
  std::ofstream(path_, std::ios::binary) << bytes_;
  std::string error;
  EXPECT_FALSE(expand(path_, found_[1], error));
  EXPECT_NE(error.find("the attachment /two is damaged"), std::string::npos) << error;
  EXPECT_TRUE(expand(path_, found_[0], error));
  EXPECT_FALSE(expand(path_ + ".none", found_[0], error));
}

TEST_F(AttachmentTest, CutsAndFlippedBitsAreSurvived) {
  read(bytes_, found_);
  const std::vector<Attachment> whole = found_;
  for (size_t size = whole[0].offset; size < bytes_.size();
       size += size < whole[1].offset + 64 ? 1 : 9973) {
    const Problems problems = read(bytes_.substr(0, size), found_);
    EXPECT_FALSE(problems.empty()) << size;
    EXPECT_LE(found_.size(), 2u);
  }
  for (size_t bit = whole[0].offset * 8; bit < (whole[1].offset + 64) * 8; bit++) {
    std::string damaged = bytes_;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    std::ofstream(path_, std::ios::binary) << damaged;
    read(damaged, found_);
    std::string error;
    for (const Attachment& attachment : found_)
      if (attachment.size < 1000) expand(path_, attachment, error);
  }
}

TEST_F(AttachmentTest, TogetherTheyAreNotLargerThanTheLimit) {
  std::vector<std::string> frames;
  for (const char* path : {"/a", "/b", "/c", "/d", "/e"})
    frames.push_back(encode_attachment({"ab", path, kMaxImage, 0, 0}, "it says so"));
  const Problems problems = read(trace_with(frames), found_);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].rule, "F9") << describe(problems[0]);
}

}  // namespace
}  // namespace thrace
