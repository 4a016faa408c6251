// Processes that a claim may have come from.
#include "core/collector/whereabouts.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "core/collector/arena_file.h"
#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

class WhereaboutsTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "whereabouts." + std::to_string(getpid());
    std::string error;
    base_ = create_arena(path_, {.bytes = kMinArena}, error);
    ASSERT_TRUE(base_) << error;
    Maps own(getpid());
    const Mapping* arena = own.find(reinterpret_cast<uint64_t>(base_));
    ASSERT_TRUE(arena);
    locator_ = std::make_unique<Locator>(*arena);
  }
  void TearDown() override {
    for (const pid_t child : children_) kill(child, SIGKILL);
    unmap_arena(base_);
    unlink(path_.c_str());
  }

  // A process that does nothing; in a namespace of its own or not, with the arena or without.
  // 0: not possible here.
  pid_t start(bool nested, bool member) {
    locator_->begin();
    int result[2], ready[2];
    EXPECT_TRUE(pipe(result) == 0 && pipe(ready) == 0);
    const pid_t helper = fork();
    if (helper == 0) {
      if (nested && unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        _exit(1);
      const pid_t child = fork();
      if (child == 0) {
        if (!member) unmap_arena(base_);
        tell(ready[1], getpid());
        for (;;) pause();
      }
      tell(result[1], child);
      _exit(0);
    }
    close(result[1]);
    close(ready[1]);
    const pid_t child = hear(result[0]);
    if (child > 0 && hear(ready[0]) > 0) children_.push_back(child);
    close(result[0]);
    close(ready[0]);
    waitpid(helper, nullptr, 0);
    return child;
  }

  static void tell(int fd, pid_t pid) {
    [[maybe_unused]] const ssize_t written = write(fd, &pid, sizeof pid);
  }
  static pid_t hear(int fd) {
    pid_t pid = 0;
    return read(fd, &pid, sizeof pid) == sizeof pid ? pid : 0;
  }

  static Process& claim(int32_t pid) {
    static Process image;
    image.owner = Process::make(pid, ProcessPhase::Live);
    image.image = 2;
    image.parent = 0;
    std::strcpy(image.executable, "/nowhere");
    return image;
  }

  std::string path_;
  char* base_ = nullptr;
  std::unique_ptr<Locator> locator_;
  std::vector<pid_t> children_;
};

TEST_F(WhereaboutsTest, AProcessIsWhoItSays) {
  const pid_t child = start(false, true);
  const Whereabouts where = locator_->find(claim(child), {});
  EXPECT_EQ(where.pids, std::vector{child});
  EXPECT_FALSE(where.nested);
}

TEST_F(WhereaboutsTest, AProcessThatIsGoneIsNobody) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  locator_->begin();
  EXPECT_TRUE(locator_->find(claim(child), {}).pids.empty());
  EXPECT_FALSE(locator_->knows(child));
}

TEST_F(WhereaboutsTest, AStrangerIsNotTakenForIt) {
  const pid_t stranger = start(false, false);
  EXPECT_TRUE(locator_->find(claim(stranger), {}).pids.empty());
}

TEST_F(WhereaboutsTest, AProcessInANamespaceIsFoundByItsOwnNumber) {
  const pid_t outsider = start(true, false), child = start(true, true);
  if (!child) GTEST_SKIP() << "no new namespaces here";
  const Whereabouts where = locator_->find(claim(1), {});
  EXPECT_EQ(where.pids, std::vector{child}) << "not " << outsider;
  EXPECT_TRUE(where.nested);
  EXPECT_TRUE(locator_->knows(1));
  NestedThreads threads(child);
  EXPECT_EQ(threads.find(1, 0), child);
  EXPECT_EQ(threads.find(1000, 0), NestedThreads::kGone);
  // It began after the list was read, which is not read again at once: the name of each of
  // thousands of threads that live for a moment would else cost as much as all of them.
  EXPECT_EQ(threads.find(1000, monotonic()), NestedThreads::kNotKnown);
  const uint64_t since = monotonic();
  int32_t found;
  while ((found = threads.find(1000, since)) == NestedThreads::kNotKnown) usleep(100);
  EXPECT_EQ(found, NestedThreads::kGone);
}

TEST_F(WhereaboutsTest, ATakenNumberIsSomebodyElsesWithin) {
  const pid_t child = start(true, true), other = start(true, true);
  if (!child || !other) GTEST_SKIP() << "no new namespaces here";
  EXPECT_EQ(locator_->find(claim(1), {}).pids.size(), 2u) << "nobody can tell which";
  EXPECT_EQ(locator_->find(claim(1), {child}).pids, std::vector{other});
}

}  // namespace
}  // namespace thrace::collector
