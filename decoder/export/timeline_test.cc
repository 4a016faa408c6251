// The pieces that drawings are made of: losses, threads that come and go, wakes.
#include "decoder/export/timeline.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "decoder/export/test_export.h"
#include "decoder/order/trace.h"

namespace thrace {
namespace {

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
  }
  void edge(const WakeEdge& edge) override {
    edges.push_back(fmt::format("{} at {} wakes {} at {}", edge.waker->tid, edge.woke,
                                edge.woken->tid, edge.ran));
  }
  void counts(const Process&, const Counts& counts) override { last = counts; }

  std::vector<std::string> lines, slices, edges;
  Counts last;
};

Notes notes_of(const std::string& text) {
  const TestTrace file(text);
  Problems problems;
  auto sources = open_source(file.path(), problems);
  Trace trace(std::move(sources.front()));
  EXPECT_TRUE(trace.open());
  Notes notes;
  StackTable stacks;
  TimelineNumbers numbers;
  Timeline timeline(notes, stacks, numbers, 7, "demo");
  trace.run(timeline);
  timeline.finish(trace.last_time());
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

TEST(Timeline, AForgottenWakeHasNoEdge) {
  std::string wakes;
  for (size_t seq = 2; seq <= 1 + Timeline::kWakes; seq++)
    wakes += fmt::format("Wake dt=1 how=post object=0x10 seq={}\n", seq);
  const Notes notes = notes_of(
      one_generation("Thread m=1 tid=7\nThread m=2 tid=8\n",
                     "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
                     "Wake dt=50 how=post object=0x10 seq=1\n" +
                         wakes +
                         "Batch m=2 time=20\nGoStatus dt=0 g=2 status=running since=-5\n"
                         "GoBlock dt=10 reason=sem object=0x10\nGoUnblock dt=900 waker=1 seq=1\n"
                         "GoBlock dt=10 reason=sem object=0x10\nGoUnblock dt=10 waker=1 seq=2\n"));
  EXPECT_EQ(notes.edges, Lines{"7 at 61 wakes 8 at 950"});
}

}  // namespace
}  // namespace thrace
