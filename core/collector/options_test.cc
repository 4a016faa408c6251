// The collector's options, good and bad.
#include "core/collector/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace thrace::collector {
namespace {

// The error of an environment; empty if it is good.
std::string read(std::vector<std::string> variables, Options& options) {
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string error;
  read_environment(environment.data(), options, error);
  return error;
}

TEST(Options, AreReadFromTheEnvironment) {
  Options options;
  EXPECT_EQ(read({"HOME=/", "THRACE_BUFFER=16M", "THRACE_PERIOD=10ms", "THRACE_LEVEL=3",
                  "THRACE_STRESS=1", "THRACE_FORCE=1", "THRACE_ON_FULL=wait", "THRACE_CLOCK=mono",
                  "THRACE_SYNC=end", "THRACE_OUTPUT=/x/%e", "THRACE_LOG=", "THRACE_OTHER=1"},
                 options),
            "");
  EXPECT_EQ(options.buffer, 16u << 20);
  EXPECT_EQ(options.period, 10'000'000u);
  EXPECT_EQ(options.level, 3);
  EXPECT_TRUE(options.stress && options.force && options.wait_on_full);
  EXPECT_EQ(options.clock, ClockKind::Monotonic);
  EXPECT_EQ(options.sync, Sync::End);
  EXPECT_EQ(options.output, "/x/%e");
  EXPECT_TRUE(options.log.empty());
  EXPECT_NE(options.variables.find("THRACE_OTHER=1\n"), std::string::npos);
  EXPECT_EQ(options.variables.find("HOME"), std::string::npos);
}

TEST(Options, StacksAreTakenUnlessToldOtherwise) {
  Options options;
  EXPECT_EQ(read({"THRACE_DEPTH=128"}, options), "");
  EXPECT_TRUE(options.stacks && !options.frame_pointers);
  EXPECT_EQ(options.stack_depth, 128u);
  EXPECT_EQ(read({"THRACE_STACKS=fp"}, options), "");
  EXPECT_TRUE(options.stacks && options.frame_pointers);
  EXPECT_EQ(read({"THRACE_STACKS=none"}, options), "");
  EXPECT_FALSE(options.stacks);
}

TEST(Options, TheOutputIsAbsolute) {
  Options options;
  EXPECT_EQ(read({"THRACE_OUTPUT=sub/x"}, options), "");
  EXPECT_EQ(options.output[0], '/');
  EXPECT_TRUE(options.output.ends_with("/sub/x"));
}

TEST(Options, WrongValuesAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"THRACE_BUFFER=1M", "THRACE_BUFFER is \"1M\", it must be a size between 4M and 4G"},
      {"THRACE_BUFFER=99999999999G",
       "THRACE_BUFFER is \"99999999999G\", it must be a size between 4M and 4G"},
      {"THRACE_BUFFER=8MB", "THRACE_BUFFER is \"8MB\", it must be a size between 4M and 4G"},
      {"THRACE_LEVEL=x", "THRACE_LEVEL is \"x\", it must be a zstd level between 1 and 19"},
      {"THRACE_PERIOD=5",
       "THRACE_PERIOD is \"5\", it must be a duration of at least 1ms, such as 1s or 10ms"},
      {"THRACE_ON_FULL=no", "THRACE_ON_FULL is \"no\", it must be drop or wait"},
      {"THRACE_CLOCK=sun", "THRACE_CLOCK is \"sun\", it must be tsc or mono"},
      {"THRACE_STACKS=yes", "THRACE_STACKS is \"yes\", it must be auto, unwind, fp or none"},
      {"THRACE_DEPTH=129",
       "THRACE_DEPTH is \"129\", it must be a number of frames between 1 and 128"},
      {"THRACE_SYNC=1", "THRACE_SYNC is \"1\", it must be none, generation or end"},
  };
  for (const auto& [variable, error] : cases) {
    Options options;
    EXPECT_EQ(read({variable}, options), error);
  }
}

std::string arguments(std::vector<std::string> words, Options& options) {
  std::vector<char*> argv;
  words.insert(words.begin(), "thrace-collect");
  for (std::string& word : words) argv.push_back(word.data());
  std::string error;
  read_arguments(static_cast<int>(argv.size()), argv.data(), options, error);
  return error;
}

TEST(Options, TheCommandLine) {
  Options options;
  EXPECT_EQ(arguments({"--arena", "/x", "--ready-fd", "3", "--root-pid", "77"}, options), "");
  EXPECT_EQ(options.arena, "/x");
  EXPECT_EQ(options.ready_fd, 3);
  EXPECT_EQ(options.root_pid, 77);
  Options bad;
  EXPECT_EQ(arguments({"--what", "1", "--ready-fd", "4"}, bad),
            "thrace-collect has no option --what");
  EXPECT_EQ(bad.ready_fd, 4) << "the error must reach whoever started us";
  EXPECT_EQ(arguments({}, bad), "--arena is missing");
  EXPECT_EQ(arguments({"--arena"}, bad), "the value of --arena is missing or wrong");
  EXPECT_EQ(arguments({"--arena", "x", "--root-pid", "me"}, bad),
            "the value of --root-pid is missing or wrong");
}

}  // namespace
}  // namespace thrace::collector
