// Files that are not there yet.
#include "decoder/input/input.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace thrace {
namespace {

using namespace std::chrono_literals;

class MissingFile : public testing::Test {
 protected:
  void TearDown() override {
    std::filesystem::remove(arena_);
    std::filesystem::remove(trace_);
  }

  const std::string trace_ = testing::TempDir() + "input." + std::to_string(getpid()) + ".thr";
  const std::string arena_ = "/dev/shm/thrace." + std::to_string(getuid()) + ".input-test." +
                             std::to_string(getpid()) + ".arena";
};

TEST_F(MissingFile, IsWaitedForWhileASessionIsUnderWay) {
  std::ofstream{arena_};
  std::thread collector([this] {
    std::this_thread::sleep_for(200ms);
    std::ofstream{trace_} << "trace";
  });
  std::string error;
  const auto input = open_input(trace_, error);
  collector.join();
  ASSERT_TRUE(input) << error;
}

TEST_F(MissingFile, IsNamedInTheEnd) {
  std::string error;
  EXPECT_FALSE(open_input(trace_, error));
  EXPECT_EQ(error, "cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace thrace
