// The end of a run is known before it is reported on.
#include "decoder/order/run_end.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "decoder/export/test_export.h"

namespace thrace {
namespace {

// A trace that starts `start` ns after the run, has an event 700 ns later, and `end` behind it.
std::string process(uint64_t start, const std::string& end) {
  return fmt::format(
             "Trace version=2\nHeader \"program\"=\"demo\" \"pid\"=\"7\" "
             "\"wall\"=\"2026-03-01T12:00:00.{:09}Z\"\nGeneration gen=1\nBatch m=0 time=100\n"
             "ClockSnapshot frequency=1000000000 mono={}\nThread m=1 tid=7\nBatch m=1 time=800\n"
             "GoStatus dt=0 g=1 status=running\n",
             start, 5000 + start) +
         end;
}
const std::string kClosed = "Batch m=0 time=1100\nEndOfGeneration reason=exit\nIndex\n";

TEST(RunEnd, IsWhatTheTraceSays) {
  const TestTrace whole(process(0, kClosed));
  EXPECT_EQ(run_end({whole.path()}), 1000);
}

TEST(RunEnd, IsTheLastEventOfACutTrace) {
  const TestTrace cut(process(0, ""));
  EXPECT_EQ(run_end({cut.path()}), 700);
}

TEST(RunEnd, IsThatOfTheLatestTrace) {
  const TestTrace first(process(0, kClosed)), late(process(400, "")), later(process(600, ""));
  EXPECT_EQ(run_end({late.path(), first.path()}), 1100);
  EXPECT_EQ(run_end({later.path(), "/nowhere/at/all", first.path(), late.path()}), 1300);
}

TEST(RunEnd, IsTheStartOfNothing) { EXPECT_EQ(run_end({"/nowhere/at/all"}), 0); }

}  // namespace
}  // namespace thrace
