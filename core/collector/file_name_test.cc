// Names of trace files.
#include "core/collector/file_name.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

namespace thrace::collector {
namespace {

TEST(FileName, FillsInTheTemplate) {
  setenv("TZ", "UTC", 1);
  tzset();
  const FileOwner owner{"prog", 42, true};
  const auto name = [&](std::string_view pattern) {
    return file_name(pattern, owner, "host", 1'709'251'199'000'000'000);
  };
  EXPECT_EQ(name("thrace.%e.%p.thr"), "thrace.prog.42.thr");
  EXPECT_EQ(name("/a/%h-%t"), "/a/host-20240229-235959");
  EXPECT_EQ(name("100%%.%p"), "100%.42");
  EXPECT_EQ(name("%x%"), "%x%");
  EXPECT_EQ(name("plain"), "plain");
}

TEST(FileName, FurtherImagesGetTheirPid) {
  EXPECT_EQ(file_name("plain.thr", {"prog", 42, false}, "h", 0), "plain.thr.42");
  EXPECT_EQ(file_name("plain.%p", {"prog", 42, false}, "h", 0), "plain.42");
  EXPECT_EQ(file_name("a%%p", {"prog", 42, false}, "h", 0), "a%p.42");
}

TEST(FileName, AProgramCannotChooseTheFolder) {
  EXPECT_EQ(file_name("%e", {"../x\n", 1, true}, "h", 0), ".._x_");
}

}  // namespace
}  // namespace thrace::collector
