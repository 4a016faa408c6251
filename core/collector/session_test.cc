// Whole sessions: a child process plays the guest, the program's loop runs here.
#include "core/collector/session.h"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/collector/guest_for_test.h"
#include "core/collector/trace_for_test.h"

namespace thrace::collector {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// No session that ends by itself takes as long, on a machine however busy; it is less than the
// collector's patience with processes that do not show up.
constexpr int kSoon = 4000;  // ms

class SessionTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "session." + std::to_string(getpid());
    std::filesystem::create_directory(folder_);
    options_.arena = folder_ + "/arena";
    options_.output = folder_ + "/%e.thr";
    options_.period = 20'000'000;
    std::string error;
    base_ = create_arena(options_.arena, {.bytes = kMinArena}, error);
    ASSERT_TRUE(base_) << error;
    stop_ = eventfd(0, 0);
    begun_ = eventfd(0, 0);
    running_ = eventfd(0, 0);
  }
  void TearDown() override {
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
    unmap_arena(base_);
    close(stop_);
    close(begun_);
    close(running_);
    std::filesystem::remove_all(folder_);
  }

  // A process that does `work` and ends.
  template <typename Work>
  pid_t start(Work work) {
    const pid_t child = fork();
    if (child == 0) {
      TestGuest guest(base_);
      work(guest);
      _exit(0);
    }
    children_.push_back(child);
    return child;
  }

  // Called in a process that has begun, and by who waits for that.
  void begun() const { eventfd_write(begun_, 1); }
  void wait_until_begun() const {
    eventfd_t count;
    eventfd_read(begun_, &count);
  }

  // What a process does from here on, it does in the time that run() measures.
  void wait_until_running() const {
    eventfd_t count;
    eventfd_read(running_, &count);
  }

  // Until it has come through its exec, nothing tells whose child a process is that the library did
  // not see.
  static void wait_until_it_has(pid_t process, const std::string& variable) {
    const std::string path = "/proc/" + std::to_string(process) + "/environ";
    for (std::string environment; environment.find(variable) == std::string::npos; usleep(100)) {
      std::ifstream file(path, std::ios::binary);
      environment.assign(std::istreambuf_iterator<char>(file), {});
    }
  }

  // Runs the session to its end and returns how long that took.
  milliseconds run(pid_t root) {
    options_.root_pid = root;
    const int fd = root ? static_cast<int>(syscall(SYS_pidfd_open, root, 0)) : -1;
    const auto begin = std::chrono::steady_clock::now();
    eventfd_write(running_, 1);
    {
      ArenaGrowth growth;
      Log log;
      Session(base_, options_, log, fd, stop_, growth).run();
    }
    const auto end = std::chrono::steady_clock::now();
    if (fd >= 0) close(fd);
    return std::chrono::duration_cast<milliseconds>(end - begin);
  }

  TestTrace trace(const std::string& name) {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return read_trace({std::istreambuf_iterator<char>(file), {}});
  }
  size_t files() {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) count++;
    return count - 1;  // the arena
  }

  // An image with one M that writes `events` calls, filling chunk after chunk.
  static void write(TestGuest& guest, const char* program, int events) {
    const uint32_t process = guest.process(getpid(), program);
    const uint32_t m = guest.thread(process, gettid());
    const uint64_t time = guest.header().start_ticks + 1000;
    const uint32_t gen = guest.header().gen;
    uint32_t page = guest.chunk(m, gen, 0), seq = 0;
    guest.status(m, time);
    for (int i = 0; i < events; i++) {
      if (Tail{guest[m].tail}.offset() + 8 > kPage / 8) {
        guest.push(m, page);
        while (!(page = guest.chunk(m, gen, seq + 1))) usleep(100);
        seq++;
      }
      guest.record(m, Event::GoSyscallBegin, time + 10u * static_cast<unsigned>(i),
                   {static_cast<uint64_t>(i), 0}, Status::Syscall);
    }
  }

  std::string folder_;
  Options options_;
  char* base_ = nullptr;
  int stop_ = -1;
  int begun_ = -1;
  int running_ = -1;
  std::vector<pid_t> children_;
};

TEST_F(SessionTest, EndsSoonAfterItsLastProcess) {
  options_.period = 60'000'000'000;  // one generation: the hand-made guest follows no other
  const pid_t root = start([](TestGuest& guest) { write(guest, "one", 100'000); });
  EXPECT_LT(run(root).count(), 10'000);
  EXPECT_EQ(arena_header(base_).phase, Phase::Closed);
  EXPECT_EQ(arena_header(base_).gen, 0u);
  const TestTrace one = trace("one.thr");
  ASSERT_TRUE(one.good);
  ASSERT_EQ(one.generations.size(), 1u);
  const auto lines = one.lines(0);
  ASSERT_EQ(lines.size(), 100'001u);
  EXPECT_THAT(lines.back(), HasSubstr("GoSyscallBegin"));
  EXPECT_THAT(lines.back(), testing::EndsWith(" 99999 0"));
  EXPECT_EQ(one.end(0), "M0 EndOfGeneration 2");
  EXPECT_EQ(one.index.size(), 2u);
  EXPECT_EQ(one.header.get("program"), "one");
}

TEST_F(SessionTest, AKilledProcessLeavesAllItWrote) {
  options_.period = 60'000'000'000;
  const pid_t root = start([](TestGuest& guest) {
    write(guest, "killed", 5000);
    kill(getpid(), SIGKILL);
  });
  run(root);
  EXPECT_EQ(trace("killed.thr").lines(0).size(), 5001u);
}

// It was over before a busy machine let the collector look.
TEST_F(SessionTest, NamesTheThreadsOfAProcessThatIsGone) {
  const pid_t gone = start([](TestGuest& guest) { write(guest, "gone", 10); });
  waitpid(gone, nullptr, 0);
  run(start([](TestGuest& guest) { write(guest, "root", 10); }));
  const TestTrace trace = this->trace("gone.thr");
  EXPECT_THAT(trace.lines(0, true), testing::Contains("M0 String 1 born"));
  EXPECT_THAT(trace.lines(0, true),
              testing::Contains("M0 Thread 1 " + std::to_string(gone) + " 1"));
}

TEST_F(SessionTest, WaitsForAForkedChildThatHasNotClaimedYet) {
  arena_header(base_).forks_pending = 1;
  const pid_t root = start([](TestGuest& guest) { write(guest, "parent", 10); });
  start([this](TestGuest& guest) {
    wait_until_running();
    usleep(1'000'000);
    guest.header().forks_pending = 0;
    write(guest, "child", 10);
  });
  EXPECT_GE(run(root).count(), 300);
  EXPECT_EQ(files(), 2u);
  // The first image has the plain name, the other its pid.
  EXPECT_TRUE(trace("parent.thr").good);
  EXPECT_TRUE(trace("child.thr." + std::to_string(children_[1])).good);
}

TEST_F(SessionTest, AClaimOfAProcessThatDiedInItIsFreed) {
  const pid_t root = start([](TestGuest& guest) {
    write(guest, "parent", 10);
    arena_process(guest.base(), 1).claim(getpid());
  });
  EXPECT_LT(run(root).count(), kSoon);
  EXPECT_EQ(arena_process(base_, 1).owner, 0u);
}

TEST_F(SessionTest, WaitsForAnImageBetweenExecAndStart) {
  const std::string variable = "THRACE_ARENA=" + options_.arena;
  const pid_t root = start([&](TestGuest& guest) {
    write(guest, "before", 10);
    const char* const arguments[] = {"sleep", "1.5", nullptr};
    const char* const environment[] = {"A=B", variable.c_str(), nullptr};
    wait_until_running();
    const pid_t child = fork();
    if (child == 0)
      execve("/bin/sleep", const_cast<char**>(arguments), const_cast<char**>(environment));
    wait_until_it_has(child, variable);
  });
  const auto took = run(root).count();
  EXPECT_GE(took, 450);
  EXPECT_LT(took, kSoon);
}

TEST_F(SessionTest, DoesNotWaitForProcessesOfOtherSessions) {
  const std::string variable = "THRACE_ARENA=" + options_.arena + "2";
  const pid_t root = start([&](TestGuest& guest) {
    write(guest, "before", 10);
    const char* const arguments[] = {"sleep", "5", nullptr};
    const char* const environment[] = {variable.c_str(), nullptr};
    if (fork() > 0) _exit(0);
    execve("/bin/sleep", const_cast<char**>(arguments), const_cast<char**>(environment));
  });
  EXPECT_LT(run(root).count(), kSoon);
}

TEST_F(SessionTest, AnExecClosesTheOldImage) {
  options_.period = 60'000'000'000;
  options_.output = folder_ + "/%p.%e";
  const pid_t root = start([](TestGuest& guest) {
    write(guest, "before", 10);
    arena_process(guest.base(), 0).enter(ProcessPhase::Exec);
    write(guest, "after", 10);
  });
  run(root);
  EXPECT_EQ(trace(std::to_string(root) + ".before").end(0), "M0 EndOfGeneration 3");
  EXPECT_EQ(trace(std::to_string(root) + ".after").end(0), "M0 EndOfGeneration 2");
}

TEST_F(SessionTest, StopsInOrderWhenToldTo) {
  const pid_t root = start([this](TestGuest& guest) {
    write(guest, "long", 10);
    begun();
    pause();
  });
  wait_until_begun();
  eventfd_write(stop_, 1);
  const pid_t killer = fork();
  if (killer == 0) {
    usleep(1000 * (kSoon + 1000));
    kill(root, SIGKILL);
    _exit(0);
  }
  EXPECT_LT(run(root).count(), kSoon);
  for (const pid_t child : {killer, root}) kill(child, SIGKILL);
  waitpid(killer, nullptr, 0);
  const TestTrace trace = this->trace("long.thr");
  ASSERT_TRUE(trace.good);
  EXPECT_EQ(trace.end(trace.generations.size() - 1), "M0 EndOfGeneration 4");
}

TEST_F(SessionTest, NoFileForAProgramThatNeverRecords) {
  const pid_t root = start([](TestGuest&) { usleep(50'000); });
  EXPECT_LT(run(root).count(), kSoon);
  EXPECT_EQ(files(), 0u);
}

TEST_F(SessionTest, ARootThatDiedBeforeItBeganEndsIt) {
  const pid_t root = start([](TestGuest&) {});
  waitpid(root, nullptr, 0);
  EXPECT_LT(run(root).count(), kSoon);
}

TEST_F(SessionTest, GenerationsFollowEachOtherOnlyWhileSomethingHappens) {
  const pid_t root = start([this](TestGuest& guest) {
    write(guest, "idle", 10);
    begun();
    while (guest.header().gen == 1) usleep(1000);
    usleep(500'000);
  });
  wait_until_begun();
  run(root);
  EXPECT_EQ(trace("idle.thr").generations.size(), 2u);
}

}  // namespace
}  // namespace thrace::collector
