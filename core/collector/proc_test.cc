// Files of processes that end while they are read.
#include "core/collector/proc.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace thrace::collector {
namespace {

TEST(Proc, AFileIsReadAsAWhole) {
  std::string text;
  ASSERT_TRUE(read_proc(getpid(), "maps", text));
  EXPECT_NE(text.find("[stack]"), std::string::npos);
}

TEST(Proc, WhatIsNotThereIsNotRead) {
  std::string text = "before";
  EXPECT_FALSE(read_proc(getpid(), "nothing", text));
  EXPECT_EQ(text, "");
}

// The collector once died of this: the file of a process that ends is opened, but not read.
TEST(Proc, WhatCannotBeReadDoesNoHarm) {
  std::string text;
  EXPECT_FALSE(read_proc(getpid(), "task", text)) << "it can be opened, but read() fails";
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  read_proc(child, "environ", text);  // a zombie's
  read_proc(child, "maps", text);
  EXPECT_EQ(text, "");
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace thrace::collector
