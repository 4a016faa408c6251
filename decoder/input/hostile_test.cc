// Hostile input: a trace cut at each byte and with each bit flipped, and files that are none.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "core/format/crc32c.h"
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

// One generation as a frame expands to it: a clock, then what `write` adds.
template <typename Write>
Generation generation(Write write, Problems& problems) {
  Generation result;
  std::string text;
  BatchWriter out(text);
  out.begin(1, kCollectorM, 0);
  const uint64_t clock[] = {1'000'000'000, 0, 0};
  out.event(Event::ClockSnapshot, 0, clock);
  out.end();
  write(out, text);
  result.data = text;
  result.parse("test.thr", true, problems);
  return result;
}

TEST(Hostile, ManyBadBatchesAreCountedAndNotListed) {
  Problems problems;
  constexpr size_t kBad = 100'000;
  generation(
      [&](BatchWriter&, std::string& text) {
        for (size_t i = 0; i < kBad; i++) text += std::string("\1\1\1\1\0\0\0\0\0", 9);
      },
      problems);
  ASSERT_EQ(problems.size(), kMostProblems);
  EXPECT_EQ(problems.back().more, kBad - kMostProblems);
  EXPECT_NE(describe(problems.back()).find("(and 99000 more)"), std::string::npos);
}

TEST(Hostile, EmptyBatchesTakeNoMemory) {
  Problems problems;
  std::string empty("\1\1\1\1\0", 5);
  const uint32_t crc = crc32c(empty);
  for (int shift = 0; shift < 32; shift += 8) empty.push_back(static_cast<char>(crc >> shift));
  const Generation result = generation(
      [&](BatchWriter&, std::string& text) {
        for (int i = 0; i < 100; i++) text += empty;
      },
      problems);
  ASSERT_GE(problems.size(), 100u);
  EXPECT_NE(problems[0].text.find("the batch is empty"), std::string::npos);
  EXPECT_EQ(result.batches.size(), 1u);
}

// Where ids are missing the table does not grow by what is not there.
TEST(Hostile, AnIdBehindAGapTakesNoMoreRoomThanAnother) {
  constexpr uint64_t kFar = uint64_t{1} << 50;
  Problems problems;
  const Generation result = generation(
      [&](BatchWriter& out, std::string& text) {
        text += std::string("\1\1\1\1\0\0\0\0\0", 9);
        out.begin(1, kCollectorM, 5);
        for (const uint64_t id : {uint64_t{1}, kFar, kFar}) {
          const uint64_t string[] = {id, 0};
          out.event(Event::String, 5, string, "far");
          const uint64_t stack[] = {id, 1, 0};
          out.event(Event::Stack, 5, stack, "\2");
          out.end();
          out.begin(1, kCollectorM, 6);
        }
      },
      problems);
  EXPECT_EQ(result.string(1), "far");
  EXPECT_EQ(result.string(kFar), "far");
  EXPECT_EQ(result.stack(kFar).frames, "\2");
  EXPECT_EQ(result.string(kFar - 1), "");
  EXPECT_NE(problems[1].text.find("used before"), std::string::npos) << problems[1].text;
}

TEST(Hostile, ManyWaitsForWakesThatNeverComeAreNoBurden) {
  constexpr int kThreads = 20'000;
  std::string text = R"(
Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5
)";
  for (int m = 1; m <= kThreads; m++) text += fmt::format("Thread m={} tid={}\n", m, m);
  for (int m = 1; m <= kThreads; m++)
    text += fmt::format(
        "Batch m={} time=10\nGoStatus dt=0 g={} status=waiting detail=1 object=0x10\n"
        "GoUnblock dt={} waker={} seq=1\n",
        m, m, 1 + m % 7, m % kThreads + 1);
  text += "Batch m=0 time=200\nEndOfGeneration reason=exit\nIndex\n";
  std::string error;
  const Outcome outcome = read(assemble(text, error));
  ASSERT_EQ(error, "");
  EXPECT_EQ(outcome.events, 2u * kThreads);
  ASSERT_EQ(outcome.problems.size(), kMostProblems);
  EXPECT_EQ(outcome.problems.back().more, kThreads - kMostProblems);
  size_t size = 0;
  for (const Problem& problem : outcome.problems) size += problem.text.size();
  EXPECT_LT(size, 400'000u) << "the frontier is not shown each time";
}

}  // namespace
}  // namespace thrace
