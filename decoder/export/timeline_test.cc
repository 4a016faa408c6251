// The pieces that drawings are made of: losses, threads that come and go, wakes.
#include "decoder/export/timeline.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "decoder/export/test_export.h"
#include "decoder/order/trace.h"

namespace thrace {
namespace {

const std::string kHostile = "w\x1b]0;\x07\n\"</script>\xff";

// Writes down what it is told.
class Notes : public TimelineSink {
 public:
  void process(const Process& process) override { lines.push_back("process " + process.name); }
  void track(const Track& track) override {
    lines.push_back(fmt::format("track {} {}", track.tid, track.name));
  }
  void slice(const Slice& slice) override {
    const auto status = enum_text(ArgType::Status, static_cast<uint64_t>(slice.status));
    slices.push_back(fmt::format("{} {} {}-{}{}", slice.track->tid,
                                 slice.status == Status::None ? "lost" : status, slice.since,
                                 slice.until, slice.open ? " open" : ""));
    EXPECT_LE(slice.since, slice.until);
    if (slice.status == Status::Waiting) before.push_back(slice.before);
  }
  void edge(const WakeEdge& edge) override {
    edges.push_back(fmt::format("{} at {} wakes {} at {}", edge.waker->tid, edge.woke,
                                edge.wait.track->tid, edge.wait.until));
    released.push_back(edge.release);
  }
  void waits(const Slice& wait) override {
    begun.push_back(fmt::format("{} waits since {}", wait.track->tid, wait.since));
  }
  void counts(const Process&, const Counts& counts) override { last = counts; }

  std::vector<std::string> lines, slices, edges, begun;
  std::vector<uint64_t> before;   // of the waits
  std::vector<StackId> released;  // of the edges
  Counts last;
};

Notes notes_of(const std::string& text, const Filter& filter = {}) {
  const TestTrace file(text);
  Problems problems;
  auto sources = open_source(file.path(), problems);
  Trace trace(std::move(sources.front()));
  EXPECT_TRUE(trace.open());
  Notes notes;
  StackTable stacks;
  Names names(stacks, NameOptions{});
  Picker picker(filter, names);
  TimelineNumbers numbers;
  Timeline timeline(notes, stacks, numbers, picker, 7, "demo");
  trace.run(timeline);
  timeline.finish(trace);
  return notes;
}

using Lines = std::vector<std::string>;

TEST(Timeline, StatesFollowEachOther) {
  const Notes notes = notes_of(hostile_trace());
  EXPECT_EQ(notes.slices, (Lines{"8 running 15-30", "8 waiting 30-120", "7 running 5-9000 open",
                                 "8 running 120-9000 open"}));
  EXPECT_EQ(notes.edges, Lines{"7 at 110 wakes 8 at 120"});
  EXPECT_EQ(notes.last.running, 0u);
}

TEST(Timeline, NothingHappened) {
  const Notes notes = notes_of(one_generation("", ""));
  EXPECT_EQ(notes.lines, Lines{"process demo"});
  EXPECT_TRUE(notes.slices.empty());
}

TEST(Timeline, ALossIsAPieceOfItsOwn) {
  const Notes notes =
      notes_of(one_generation("Thread m=1 tid=7\n",
                              "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
                              "Lost dt=90 count=3 from=-60 to=-10\n"
                              "GoStatus dt=1 g=1 status=waiting detail=5 object=0x10 since=-6\n"));
  EXPECT_EQ(notes.slices, (Lines{"7 running 5-40", "7 lost 40-90", "7 waiting 95-9000 open"}));
  EXPECT_EQ(notes.last.lost, 3u);
}

TEST(Timeline, ATidThatIsUsedAgainIsAnotherTrack) {
  const Notes notes = notes_of(one_generation(
      "Thread m=1 tid=7\nThread m=2 tid=8\nThread m=3 tid=8\nString id=1 text=\"late\"\n",
      "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\nGoCreate dt=1 g=2 start=0x1\n"
      "GoCreate dt=100 g=3 start=0x1\n"
      "Batch m=2 time=20\nGoStart dt=0 g=2\nGoDestroy dt=20 g=2\n"
      "Batch m=3 time=130\nGoStart dt=0 g=3\nGoLabel dt=5 g=3 name=1\nGoDestroy dt=20 g=3\n"));
  EXPECT_EQ(notes.slices, (Lines{"8 runnable 11-20", "8 running 20-40", "4194307 runnable 111-130",
                                 "4194307 running 130-155", "7 running 5-9000 open"}));
  EXPECT_EQ(notes.lines, (Lines{"process demo", "track 7 ", "track 8 ", "track 4194307 ",
                                "track 4194307 late"}));
}

TEST(Timeline, AWakeIsRememberedThoughManyFollow) {
  std::string wakes;
  for (size_t seq = 2; seq <= 600; seq++)
    wakes += fmt::format("Wake dt=1 how=post object=0x10 seq={}\n", seq);
  const Notes notes = notes_of(
      one_generation("Thread m=1 tid=7\nThread m=2 tid=8\n",
                     "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
                     "Wake dt=50 how=post object=0x10 seq=1\n" +
                         wakes +
                         "Batch m=2 time=20\nGoStatus dt=0 g=2 status=running since=-5\n"
                         "GoBlock dt=10 reason=sem object=0x10\nGoUnblock dt=900 waker=1 seq=1\n"
                         "GoBlock dt=10 reason=sem object=0x10\nGoUnblock dt=10 waker=1 seq=2\n"));
  EXPECT_EQ(notes.edges, (Lines{"7 at 60 wakes 8 at 930", "7 at 61 wakes 8 at 950"}));
}

TEST(Timeline, AWindowCutsPiecesAndCounts) {
  Filter filter;
  filter.window = {40, 115};
  const Notes notes = notes_of(hostile_trace(), filter);
  EXPECT_EQ(notes.slices, (Lines{"8 waiting 40-115", "7 running 40-115 open"}));
  EXPECT_EQ(notes.edges, Lines{"7 at 110 wakes 8 at 120"});
  EXPECT_EQ(notes.begun, Lines{"8 waits since 40"});
  EXPECT_EQ(notes.last.time, 40);
  EXPECT_EQ(notes.last.waiting, 1u);
}

TEST(Timeline, AWindowAfterTheEndIsEmpty) {
  Filter filter;
  filter.window = {10'000, 20'000};
  const Notes notes = notes_of(hostile_trace(), filter);
  EXPECT_EQ(notes.lines,
            (Lines{"process demo", "track 7 " + kHostile, "track 8 " + std::string(4000, 'x')}));
  EXPECT_EQ(notes.slices, Lines{});
  EXPECT_EQ(notes.edges, Lines{});
}

TEST(Timeline, OnlyPickedThreadsHavePieces) {
  Filter filter;
  filter.thread = "8";
  Notes notes = notes_of(hostile_trace(), filter);
  EXPECT_EQ(notes.slices,
            (Lines{"8 running 15-30", "8 waiting 30-120", "8 running 120-9000 open"}));
  // Who woke it has a track for that alone.
  EXPECT_EQ(notes.edges, Lines{"7 at 110 wakes 8 at 120"});
  filter.thread = "7";
  notes = notes_of(hostile_trace(), filter);
  EXPECT_EQ(notes.slices, Lines{"7 running 5-9000 open"});
  EXPECT_EQ(notes.edges, Lines{"7 at 110 wakes 8 at 120"});
  EXPECT_EQ(notes.begun, Lines{});
}

TEST(Timeline, AnObjectPicksWaits) {
  Filter filter;
  filter.object = "0x404010";
  EXPECT_EQ(notes_of(hostile_trace(), filter).slices, Lines{"8 waiting 30-120"});
  filter.object = "0x404018";
  const Notes notes = notes_of(hostile_trace(), filter);
  EXPECT_EQ(notes.slices, Lines{});
  EXPECT_EQ(notes.edges, Lines{});
}

TEST(Timeline, AFunctionPicksStacks) {
  Filter filter;
  filter.function = "0x1220";
  EXPECT_EQ(notes_of(hostile_trace(), filter).slices, Lines{"8 waiting 30-120"});
  filter.function = "nothing";
  EXPECT_EQ(notes_of(hostile_trace(), filter).slices, Lines{});
}

TEST(Timeline, AnInterruptedWaitKnowsItsPartsAndItsRelease) {
  const Notes notes = notes_of(one_generation(
      "Thread m=1 tid=7\nThread m=2 tid=8\nStack id=1 end=bottom frames=0x401110\n",
      "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
      "Wake dt=200 how=unlock object=0x10 seq=1 waiters=1\nWakeStack dt=90 seq=1 stack=1\n"
      "Batch m=2 time=20\nGoStatus dt=0 g=2 status=running since=-5\n"
      "GoBlock dt=10 reason=mutex object=0x10\nGoUnblock dt=20 outcome=interrupted\n"
      "Wake dt=1 how=post object=0x20 seq=1\nGoBlock dt=49 reason=mutex object=0x10\nGoUnblock "
      "dt=120 waker=1 seq=1\n"));
  EXPECT_EQ(notes.before, (std::vector<uint64_t>{0, 20}));
  EXPECT_EQ(notes.released, std::vector<StackId>{1});
}

}  // namespace
}  // namespace thrace
