// What is behind the descriptors that system calls name.
#include "core/collector/descriptors.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>

#include "core/collector/preview.h"
#include "core/collector/rig_for_test.h"

namespace thrace::collector {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(DescriptorSetTest, TakesEachNumberOnceAndOnlySoMany) {
  DescriptorSet set;
  for (const uint64_t fd : {0ul, 1023ul, 1024ul, 5000ul, ~0ul}) {
    EXPECT_TRUE(set.add(fd));
    EXPECT_FALSE(set.add(fd));
  }
  size_t more = 0;
  for (uint64_t fd = 1; fd < 3000; fd++) more += set.add(fd);
  EXPECT_EQ(more, DescriptorSet::kMost - 5);
}

class DescriptorsTest : public RigTest {
 protected:
  void SetUp() override {
    RigTest::SetUp();
    preview_ = std::make_unique<Preview>(base_, *threads_, *encoder_);
    m_ = guest_->thread(process_, gettid());
    null_ = open("/dev/null", O_RDWR | O_CLOEXEC);
    ASSERT_GE(null_, 0);
  }
  void TearDown() override {
    close_null();
    RigTest::TearDown();
  }

  void close_null() {
    if (null_ >= 0) ::close(null_);
    null_ = -1;
  }
  Mapping arena() { return *Maps(getpid()).find(reinterpret_cast<uint64_t>(base_)); }

  // The M begins a generation with a system call.
  void call(uint32_t gen, uint64_t number, int64_t arg) {
    guest_->chunk(m_, gen, 0);
    guest_->status(m_, start_ + gen * 100);
    more(gen, number, arg);
  }
  void more(uint32_t gen, uint64_t number, int64_t arg) {
    const uint64_t time = start_ + gen * 100 + ++calls_ * 2;
    guest_->record(m_, Event::GoSyscallBegin, time, {number, static_cast<uint64_t>(arg)},
                   Status::Syscall);
    guest_->record(m_, Event::GoSyscallEnd, time + 1, {0, 0});
  }
  // The Descriptors of a generation, as "number target".
  std::vector<std::string> found(size_t generation) {
    std::map<std::string, std::string> strings;
    std::vector<std::string> descriptors;
    for (const std::string& line : trace().lines(generation, true)) {
      std::istringstream words(line);
      std::string m, event, first, second;
      words >> m >> event >> first >> second;
      if (event == "String") strings[first] = second;
      if (event == "Descriptor") descriptors.push_back(first + " " + strings[second]);
    }
    return descriptors;
  }

  std::unique_ptr<Preview> preview_;
  uint32_t m_ = 0;
  int null_ = -1;
  uint64_t calls_ = 0;
};

TEST_F(DescriptorsTest, AreReadFromTheirProcess) {
  Descriptors descriptors(getpid(), -1, arena());
  const auto fd = static_cast<uint64_t>(null_);
  EXPECT_EQ(descriptors.target(fd), "/dev/null");
  EXPECT_EQ(descriptors.target(~0ul), "");
  EXPECT_EQ(descriptors.target(uint64_t{INT_MAX} + 1 + fd), "");
  close_null();
  EXPECT_EQ(descriptors.target(fd), "");
}

// In another PID namespace the number may be that of somebody else's process.
TEST_F(DescriptorsTest, OfAStrangerAreNotRead) {
  Mapping other = arena();
  other.inode++;
  EXPECT_EQ(Descriptors(getpid(), -1, other).target(static_cast<uint64_t>(null_)), "");
  other = arena();
  other.path += "x";
  EXPECT_EQ(Descriptors(getpid(), -1, other).target(static_cast<uint64_t>(null_)), "");
  EXPECT_EQ(Descriptors(getpid(), -1, {}).target(static_cast<uint64_t>(null_)), "");
}

TEST_F(DescriptorsTest, OfAProcessThatHasEndedAreNotRead) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  EXPECT_EQ(Descriptors(child, pidfd, arena()).target(static_cast<uint64_t>(null_)), "");
  // Even if the number belonged to a living one meanwhile.
  EXPECT_EQ(Descriptors(getpid(), pidfd, arena()).target(static_cast<uint64_t>(null_)), "");
  waitpid(child, nullptr, 0);
  if (pidfd >= 0) ::close(pidfd);
}

TEST_F(DescriptorsTest, StandInTheTablesOncePerGenerationIfACallNamesThem) {
  const std::string null = std::to_string(null_) + " /dev/null";
  call(1, SYS_read, null_);
  more(1, SYS_write, null_);
  more(1, SYS_read, -1);
  tick();
  next_generation();
  call(2, SYS_poll, null_);  // no descriptor
  tick();
  next_generation();
  call(3, SYS_write, null_);
  tick();
  close();
  EXPECT_THAT(found(0), testing::ElementsAre(null));
  EXPECT_THAT(found(1), IsEmpty());
  EXPECT_THAT(found(2), testing::ElementsAre(null));
}

TEST_F(DescriptorsTest, AreSeenBeforeTheirChunkIsFull) {
  call(1, SYS_read, null_);
  tick();
  preview_->look(now_ += 10'000'000);
  const std::string null = std::to_string(null_) + " /dev/null";
  const int other = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  close_null();
  more(1, SYS_read, other);
  preview_->look(now_);  // too early
  preview_->look(now_ += 10'000'000);
  ::close(other);
  next_generation();
  close();
  ASSERT_EQ(found(0).size(), 2u);
  EXPECT_EQ(found(0)[0], null);
  EXPECT_THAT(found(0)[1], StartsWith(std::to_string(other) + " /proc/"));
  EXPECT_THAT(trace().lines(0),
              Contains("M1 GoSyscallEnd@" + std::to_string(start_ + 103) + " 0 0"));
}

// The chunks of a thread that fills them come without being looked for; its last one does not.
TEST_F(DescriptorsTest, AreSeenInTheChunkAfterTheFullOnes) {
  call(1, SYS_poll, 0);
  const uint32_t page = Tail{(*guest_)[m_].tail}.page();
  tick();
  preview_->look(now_ += 10'000'000);
  guest_->chunk(m_, 1, 1);
  guest_->push(m_, page);
  more(1, SYS_read, null_);
  preview_->look(now_ += 10'000'000);
  preview_->look(now_ += 10'000'000);
  const std::string null = std::to_string(null_) + " /dev/null";
  close_null();
  next_generation();
  close();
  EXPECT_THAT(found(0), testing::ElementsAre(null));
}

// Whatever a program writes there.
TEST_F(DescriptorsTest, ADamagedTailIsLeftAlone) {
  call(1, SYS_read, null_);
  tick();
  Thread& thread = (*guest_)[m_];
  const Tail good{thread.tail};
  const std::vector<uint64_t> tails = {
      Tail::make(1, 1, 0, good.offset(), 2).word,               // no chunk begins there
      Tail::make(1, 0xfffff, 2, good.offset(), 2).word,         // nor there
      Tail::make(1, good.page(), 0, 0x3fff, 2).word,            // beyond its chunk
      Tail::make(2, good.page(), 0, good.offset(), 2).word,     // of another generation
      Tail::make(1, good.page() + 1, 0, good.offset(), 2).word  // nobody's
  };
  for (const uint64_t tail : tails) {
    thread.tail = tail;
    preview_->look(now_ += 10'000'000);
  }
  thread.tail = good.word;
  close_null();
  close();
  EXPECT_THAT(found(0), IsEmpty());
}

}  // namespace
}  // namespace thrace::collector
