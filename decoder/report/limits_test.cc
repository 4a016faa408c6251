// What has no room in the tables of sums is in the reports all the same, as one.
#include <gtest/gtest.h>

#include "decoder/export/test_export.h"
#include "decoder/report/blame.h"
#include "decoder/report/folded.h"
#include "decoder/report/honesty.h"

namespace thrace {
namespace {

// A run of three threads, of which each waits for an object of its own: one sum has room.
class Limits : public testing::Test {
 protected:
  Limits() {
    names_options_.addresses = true;
    analysis_.sites = Costs<3>(1);
    for (uint32_t i = 0; i < 3; i++) {
      analysis_.threads.emplace_back().tid = i + 1;
      analysis_.objects.emplace_back().kind = "sem";
      analysis_.sites[{i, 0, 0}].add(10 * (i + 1));
    }
  }

  NameOptions names_options_;
  Analysis analysis_;
};

TEST_F(Limits, BlameKeepsTheWhole) {
  Names names(*analysis_.stacks, names_options_);
  uint64_t waits = 0, time = 0, others = 0;
  for (const BlameRow& row : blame(analysis_, names)) {
    waits += row.waits.count;
    time += row.waits.total;
    if (row.kind == kOther) others += row.waits.count;
  }
  EXPECT_EQ(waits, 3u);
  EXPECT_EQ(time, 60u);
  EXPECT_EQ(others, 2u);
}

TEST_F(Limits, TheLastLineTellsOfThem) {
  const auto line = [&] { return written([&](std::FILE* out) { print_honesty(analysis_, out); }); };
  EXPECT_NE(line().find(", 2 parts of costs together as (other), beyond 1048576 sums;"),
            std::string::npos);
  analysis_.shares_beyond = 5;
  EXPECT_NE(line().find(", 7 parts of costs"), std::string::npos);
}

TEST_F(Limits, FoldedStacksKeepTheWhole) {
  Folded folded(FoldedKind::Blocked, 1);
  for (uint32_t i = 0; i < 3; i++) {
    EndedWait wait;
    wait.thread = i;
    wait.time = 10 * (i + 1);
    folded.wait(wait);
  }
  Names names(*analysis_.stacks, names_options_);
  const std::string text = written([&](std::FILE* out) { folded.print(analysis_, names, out); });
  EXPECT_NE(text.find("(other) 50\n"), std::string::npos) << text;
  EXPECT_NE(text.find("tid 1;[no stack] 10\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace thrace
