// Hostile input: a trace cut at each byte and with each bit flipped, and files that are none.
#include <gtest/gtest.h>

#include <string>

#include "decoder/order/strict.h"
#include "decoder/order/trace.h"
#include "decoder/text/assemble.h"

namespace thrace {
namespace {

constexpr const char* kText = R"(
Header "program"="demo" "pid"="7"
Generation gen=4
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5
Thread m=1 tid=100
Thread m=2 tid=101
ThreadStack m=2 low=0x7000 high=0x8000 self=0x8000
String id=1 text="worker"
Descriptor fd=3 target=1
Batch m=1 time=10
GoStatus dt=0 g=1 status=running since=-50
GoCreate dt=5 g=2 start=0x4010
GoLabel g=2 name=1
Wake dt=20 how=unlock object=0x10 seq=1 waiters=1
GoBlock reason=join object=0x99
Batch m=2 time=12
GoStart g=2
GoBlock dt=5 reason=mutex object=0x10 owner=100
GoUnblock dt=10 waker=1 seq=1
Batch m=0 time=100
EndOfGeneration reason=next
Generation gen=5
Batch m=0 time=105
ClockSnapshot frequency=1000000000 mono=110
Thread m=1 tid=100
Thread m=2 tid=101
Batch m=1 time=110
GoStatus dt=0 g=1 status=waiting detail=9 object=0x99 since=-50
GoUnblock waker=2 seq=1
Batch m=2 time=110
GoStatus dt=0 g=2 status=running since=-5
Wake how=exit object=0x99 seq=1
GoDestroy g=2
Batch m=0 time=200
EndOfGeneration reason=exit
Index
)";

struct Outcome {
  bool opened = false;
  uint64_t events = 0;
  uint64_t generations = 0;
  Problems problems;
};

Outcome read(std::string data) {
  Trace trace({"test.thr", memory_input(std::move(data))});
  Outcome outcome;
  outcome.opened = trace.open();
  if (outcome.opened) {
    StrictCheck strict(trace);
    trace.run(strict);
  }
  outcome.events = trace.events();
  outcome.generations = trace.generations();
  outcome.problems = trace.problems();
  return outcome;
}

std::string sample() {
  std::string error;
  std::string data = assemble(kText, error);
  EXPECT_EQ(error, "");
  return data;
}

TEST(Hostile, TheSampleIsFine) {
  const Outcome outcome = read(sample());
  EXPECT_EQ(outcome.events, 13u);
  EXPECT_EQ(outcome.generations, 2u);
  for (const Problem& problem : outcome.problems) ADD_FAILURE() << describe(problem);
}

TEST(Hostile, CutAtEachByteLosesOnlyTheEnd) {
  const std::string whole = sample();
  uint64_t last = 0;
  for (size_t size = 0; size < whole.size(); size++) {
    const Outcome outcome = read(whole.substr(0, size));
    EXPECT_GE(outcome.events, last) << size;  // so counts only fall when more is cut
    last = outcome.events;
    ASSERT_FALSE(outcome.problems.empty()) << size;
    if (!outcome.opened) continue;
    EXPECT_TRUE(only_cut(outcome.problems)) << size << ": " << describe(outcome.problems[0]);
  }
  EXPECT_EQ(last, 13u);
}

TEST(Hostile, EachFlippedBitIsSeen) {
  const std::string whole = sample();
  for (size_t bit = 0; bit < whole.size() * 8; bit++) {
    std::string data = whole;
    data[bit / 8] ^= static_cast<char>(1 << bit % 8);
    const Outcome outcome = read(data);
    EXPECT_LE(outcome.events, 13u) << bit;
    for (const Problem& problem : outcome.problems) {
      EXPECT_EQ(problem.file, "test.thr");
      EXPECT_LE(problem.offset, whole.size()) << bit;
      EXPECT_FALSE(problem.rule.empty()) << bit << ": " << problem.text;
      EXPECT_FALSE(problem.text.empty()) << bit;
    }
    // Some bits of a zstd frame mean nothing (flags, the window): then all events must be there.
    if (outcome.problems.empty()) {
      EXPECT_EQ(outcome.events, 13u) << bit;
    }
  }
}

// What is damaged in the middle costs that part only.
TEST(Hostile, ADamagedGenerationLeavesTheOthersAlone) {
  std::string data = sample();
  const size_t first = data.find("\x28\xb5\x2f\xfd");
  const size_t second = data.find("\x28\xb5\x2f\xfd", first + 1);
  ASSERT_NE(second, std::string::npos);
  for (size_t i = first + 8; i < first + 30; i++) data[i] = '\xff';
  const Outcome outcome = read(data);
  EXPECT_FALSE(outcome.problems.empty());
  EXPECT_GE(outcome.generations, 1u);
  EXPECT_GE(outcome.events, 5u);
}

TEST(Hostile, WhatIsNotATraceSaysSo) {
  EXPECT_EQ(read("").problems[0].text, "the file is empty");
  EXPECT_EQ(read("#!/bin/sh\necho hello\n").problems[0].text, "this is not a thrace trace");
  FileHeader newer;
  newer.version = kFormatVersion + 1;
  EXPECT_NE(read(encode_header(newer)).problems[0].text.find("reads versions up to"),
            std::string::npos);
}

TEST(Hostile, AGenerationThatExpandsWithoutEndIsRefused) {
  // A frame of zeros: 128 KiB of them take three bytes, so 300 MiB take 8 KiB.
  std::string data = encode_header({});
  data += std::string("\x28\xb5\x2f\xfd\x00\x58", 6);
  for (int i = 0; i < 2400; i++) data += std::string("\x02\x00\x10\x00", 4);
  const Outcome outcome = read(data);
  ASSERT_FALSE(outcome.problems.empty());
  EXPECT_EQ(outcome.problems[0].rule, "F9") << describe(outcome.problems[0]);
}

}  // namespace
}  // namespace thrace
