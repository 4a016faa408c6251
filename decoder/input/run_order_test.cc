// The traces of a run are read in the order of their starts, in whatever order they are named.
#include "decoder/input/run_order.h"

#include <gtest/gtest.h>

#include "decoder/export/test_export.h"

namespace thrace {
namespace {

TestTrace started(const std::string& wall) {
  return TestTrace(
      "Trace version=2\nHeader \"program\"=\"demo\" \"wall\"=\"" + wall +
      "\"\nGeneration gen=1\nBatch m=0 time=0\n"
      "ClockSnapshot frequency=1000000000 mono=0\nEndOfGeneration reason=exit\nIndex\n");
}

TEST(RunOrder, IsThatOfTheStarts) {
  const TestTrace late = started("2026-03-01T12:00:01.000000007Z"),
                  early = started("2026-03-01T11:59:59.999999999Z"),
                  middle = started("2026-03-01T12:00:01.000000000Z");
  EXPECT_EQ(in_order_of_start({late.path(), early.path(), middle.path()}),
            (std::vector<std::string>{early.path(), middle.path(), late.path()}));
}

TEST(RunOrder, WhatDoesNotTellComesFirst) {
  const TestTrace one = started("2026-03-01T12:00:01.000000007Z");
  EXPECT_EQ(in_order_of_start({one.path(), "/nowhere/at/all", "-"}),
            (std::vector<std::string>{"/nowhere/at/all", "-", one.path()}));
  EXPECT_EQ(in_order_of_start({"-"}), std::vector<std::string>{"-"});
}

}  // namespace
}  // namespace thrace
