// Copies of files that have lost their names.
#include "core/collector/images.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>

#include "core/collector/trace_for_test.h"

namespace thrace::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Attached : public TraceSink {
 public:
  void data(std::string) override {}
  void end_generation() override {}
  void finish() override {}
  void attach(Image image) override {
    paths.push_back(image.path);
    frames.push_back(pack(image));
  }
  std::vector<std::string> paths, frames;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The file of an attachment's frame.
std::string expand(const std::string& frame) {
  AttachmentHeader header;
  if (!attachment_is_sound(frame) || !decode_attachment(frame, header)) return "damaged";
  std::string bytes(header.size, '\0');
  const size_t size = ZSTD_decompress(bytes.data(), bytes.size(), frame.data() + header.header_size,
                                      frame.size() - header.header_size - kAttachmentTail);
  return size == header.size ? bytes : "damaged";
}

// A process that runs a copy of /bin/sleep.
class ImagesTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "images_test." + std::to_string(getpid());
    bytes_ = contents("/bin/sleep");
    std::ofstream(path_, std::ios::binary) << bytes_;
    ASSERT_EQ(chmod(path_.c_str(), 0700), 0);
    std::string time = "100";
    char* const argv[] = {path_.data(), time.data(), nullptr};
    ASSERT_EQ(posix_spawn(&pid_, path_.c_str(), nullptr, nullptr, argv, nullptr), 0);
    images_ = std::make_unique<Images>(pid_);
    Module module;
    module.id = 1;
    module.start = 0x10000;
    module.end = 0x20000;
    module.build = "abcd";
    module.path = path_;
    modules_.add(module);
  }
  void TearDown() override {
    end();
    unlink(path_.c_str());
  }
  void end() {
    if (!pid_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  std::string path_, bytes_;
  pid_t pid_ = 0;
  std::unique_ptr<Images> images_;
  Modules modules_;
  Attached sink_;
};

TEST_F(ImagesTest, AProgramThatHasItsFileIsNotCopied) {
  images_->keep(Maps(pid_).read(), modules_, sink_);
  images_->keep_last(modules_, sink_);
  EXPECT_THAT(sink_.paths, IsEmpty());
}

TEST_F(ImagesTest, AProgramWithoutAFileIsCopiedOnce) {
  unlink(path_.c_str());
  images_->keep(Maps(pid_).read(), modules_, sink_);
  images_->keep_last(modules_, sink_);
  ASSERT_THAT(sink_.paths, ElementsAre(path_));
  EXPECT_TRUE(expand(sink_.frames[0]) == bytes_);
}

TEST_F(ImagesTest, AlsoAfterItsEnd) {
  unlink(path_.c_str());
  end();
  images_->keep_last(modules_, sink_);
  ASSERT_THAT(sink_.paths, ElementsAre(path_));
  EXPECT_TRUE(expand(sink_.frames[0]) == bytes_);
}

TEST(Image, WhatCannotBeReadIsNoFrame) {
  EXPECT_EQ(pack(Image{"ab", "/x", Descriptor(), ""}), "");
  EXPECT_EQ(pack(Image{"ab", "/x", Descriptor(open("/", O_RDONLY)), ""}), "");
}

TEST(Attachment, DamageIsSeen) {
  std::string frame = pack(Image{"ab", "/x", Descriptor(), "bytes of a file"});
  EXPECT_EQ(expand(frame), "bytes of a file");
  AttachmentHeader header;
  for (size_t size = 0; size < frame.size(); size++)
    EXPECT_FALSE(attachment_is_sound(frame.substr(0, size))) << size;
  for (size_t size = 0; size < 20; size++)
    EXPECT_FALSE(decode_attachment(frame.substr(0, size), header)) << size;
  frame[frame.size() / 2] ^= 1;
  EXPECT_FALSE(attachment_is_sound(frame));
}

}  // namespace
}  // namespace thrace::collector
