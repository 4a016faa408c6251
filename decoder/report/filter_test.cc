// Names, patterns and expressions.
#include "decoder/report/filter.h"

#include <gtest/gtest.h>

namespace thrace {
namespace {

TEST(Filter, GroupsDifferInNumbersOnly) {
  EXPECT_EQ(group_name("worker-12"), "worker-*");
  EXPECT_EQ(group_name("io_thd_1"), "io_thd_*");
  EXPECT_EQ(group_name("7x42"), "*x*");
  EXPECT_EQ(group_name("main"), "main");
  EXPECT_EQ(group_name(""), "");
}

TEST(Filter, PicksThreadsByNameTidAndPattern) {
  Filter filter;
  EXPECT_TRUE(picks_thread(filter, "any", 1));
  filter.thread = "worker-*";
  EXPECT_TRUE(picks_thread(filter, "worker-3", 1));
  EXPECT_FALSE(picks_thread(filter, "main", 1));
  filter.thread = "a[1]";  // a name that looks like a pattern is one, and is itself
  EXPECT_TRUE(picks_thread(filter, "a[1]", 1));
  EXPECT_TRUE(picks_thread(filter, "a1", 1));
  filter.thread = "42";
  EXPECT_TRUE(picks_thread(filter, "main", 42));
  EXPECT_FALSE(picks_thread(filter, "main", 4));
}

TEST(Filter, SaysWhatIsWrongWithAnExpression) {
  EXPECT_EQ(regex_problem("^drain|fill$"), "");
  EXPECT_NE(regex_problem("drain(").find("drain( is no regular expression: "), std::string::npos);
}

TEST(Window, CutsSpans) {
  const Window window = {10, 20};
  EXPECT_EQ(window.clipped(0, 15), 5u);
  EXPECT_EQ(window.clipped(12, 30), 8u);
  EXPECT_EQ(window.clipped(0, 5), 0u);
  EXPECT_EQ(window.clipped(INT64_MIN, INT64_MAX), 10u);
  EXPECT_EQ(Window().clipped(INT64_MIN, INT64_MAX), UINT64_MAX);
  EXPECT_TRUE(window.touches(0, 10));
  EXPECT_FALSE(window.touches(21, 30));
  EXPECT_TRUE(window.contains(20));
}

}  // namespace
}  // namespace thrace
