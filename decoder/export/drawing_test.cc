// What the exporters of timelines write of hostile names, and of nothing.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "decoder/export/chrome_export.h"
#include "decoder/export/perfetto_export.h"
#include "decoder/export/test_export.h"
#include "decoder/order/trace.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

constexpr const char* kHostile = "w\\x1b]0;\\x07\\n\"</script>\\xff";

template <typename Sink>
std::string drawing_of(const std::string& text) {
  const TestTrace file(text);
  return written([&](std::FILE* out) {
    Problems problems;
    auto sources = open_source(file.path(), problems);
    Trace trace(std::move(sources.front()));
    EXPECT_TRUE(trace.open());
    StackTable stacks;
    Names names(stacks, NameOptions{});
    TimelineNumbers numbers;
    Picker picker(Filter{}, names);
    Sink sink(stacks, names, out);
    Timeline timeline(sink, stacks, numbers, picker, 7, "de\x1bmo");
    trace.run(timeline);
    timeline.finish(trace);
    EXPECT_TRUE(sink.finish());
  });
}

perfetto::Trace packets_of(const std::string& text) {
  perfetto::Trace trace;
  EXPECT_TRUE(trace.ParseFromString(drawing_of<PerfettoExport>(text)));
  return trace;
}

// By the clocks the woken thread runs, at 40, before it is woken, at 100.
std::string late_waker() {
  return one_generation("Thread m=1 tid=7\nThread m=2 tid=8\n",
                        "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
                        "Wake dt=90 how=unlock object=0x10 seq=1 waiters=1\n"
                        "Batch m=2 time=10\nGoStatus dt=0 g=2 status=running since=-5\n"
                        "GoBlock dt=10 reason=mutex object=0x10 owner=7\n"
                        "GoUnblock dt=20 waker=1 seq=1\n");
}

TEST(ChromeExport, HostileNamesAreHarmlessAndRecognisable) {
  const std::string text = drawing_of<ChromeExport>(hostile_trace());
  EXPECT_EQ(text.find("</"), std::string::npos);
  const auto events = nlohmann::json::parse(text).at("traceEvents");
  EXPECT_EQ(events.at(0).at("args").at("name"), "de\\x1bmo");
  bool found = false;
  for (const auto& event : events) {
    const std::string name = event.at("name");
    EXPECT_EQ(printable(name), name);
    if (name == "thread_name") {
      const std::string thread = event.at("args").at("name");
      found = found || thread == kHostile;
      EXPECT_LE(thread.size(), 1024u);
    }
  }
  EXPECT_TRUE(found);
}

TEST(ChromeExport, TimesAreMicrosecondsWithThreeDecimals) {
  const std::string text = drawing_of<ChromeExport>(hostile_trace());
  EXPECT_NE(text.find(R"("ts":0.030,"dur":0.090)"), std::string::npos) << text;
}

TEST(ChromeExport, ArrowsDoNotGoBackInTime) {
  const std::string text = drawing_of<ChromeExport>(late_waker());
  std::map<std::string, double> ends;
  const auto events = nlohmann::json::parse(text).at("traceEvents");
  for (const auto& event : events) ends[event.at("ph")] = event.value("ts", -1.0);
  EXPECT_EQ(ends.at("s"), 0.04) << text;
  EXPECT_EQ(ends.at("f"), 0.04) << text;
}

TEST(ChromeExport, ATraceInWhichNothingHappenedIsJson) {
  const auto file = nlohmann::json::parse(drawing_of<ChromeExport>(one_generation("", "")));
  EXPECT_EQ(file.at("traceEvents").at(0).at("name"), "process_name");
}

TEST(PerfettoExport, HostileNamesAreHarmlessAndRecognisable) {
  const perfetto::Trace trace = packets_of(hostile_trace());
  bool found = false;
  for (const auto& packet : trace.packet()) {
    for (const auto& name : packet.interned_data().event_names())
      EXPECT_EQ(printable(name.name()), name.name());
    for (const auto& function : packet.interned_data().function_names())
      EXPECT_EQ(printable(function.str()), function.str());
    // A build-id that is none is left out.
    for (const auto& build : packet.interned_data().build_ids()) EXPECT_EQ(build.str(), "");
    const std::string& thread = packet.track_descriptor().thread().thread_name();
    found = found || thread == kHostile;
    EXPECT_LE(thread.size(), 1024u);
  }
  EXPECT_TRUE(found);
}

TEST(PerfettoExport, TheFirstPacketHasTheClocks) {
  const perfetto::Trace trace = packets_of(one_generation("", ""));
  const perfetto::TracePacket& first = trace.packet(0);
  EXPECT_EQ(first.timestamp(), 1000u);
  ASSERT_EQ(first.clock_snapshot().clocks_size(), 3);
  EXPECT_EQ(first.clock_snapshot().clocks(2).timestamp(), 5'000'000u);
  EXPECT_EQ(first.trace_packet_defaults().timestamp_clock_id(), 3u);
  EXPECT_EQ(first.sequence_flags(), 3u);
  EXPECT_EQ(trace.packet(1).sequence_flags(), 2u);
}

TEST(PerfettoExport, ArrowsDoNotGoBackInTime) {
  std::vector<uint64_t> begins, ends;
  const perfetto::Trace trace = packets_of(late_waker());
  for (const auto& packet : trace.packet()) {
    if (packet.track_event().flow_ids_size() != 0) begins.push_back(packet.timestamp());
    if (packet.track_event().terminating_flow_ids_size() != 0) ends.push_back(packet.timestamp());
  }
  EXPECT_EQ(begins, std::vector<uint64_t>{1040});
  EXPECT_EQ(ends, std::vector<uint64_t>{1040});
}

// Thread 8 has ended, another one got its tid: it has the lock, and its track a tid of its own.
TEST(PerfettoExport, AnOwnerIsTheTrackOfIt) {
  const perfetto::Trace trace = packets_of(one_generation(
      "String id=1 text=\"owner\"\nThread m=1 tid=7\nThread m=2 tid=8\nThread m=3 tid=8 name=1\n",
      "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
      "GoBlock dt=90 reason=mutex object=0x10 owner=8\nGoUnblock dt=200 waker=3 seq=1\n"
      "Batch m=2 time=10\nGoStatus dt=0 g=2 status=running since=-5\nGoDestroy dt=10 g=2\n"
      "Batch m=3 time=30\nGoStatus dt=0 g=3 status=running since=-5\n"
      "Wake dt=200 how=unlock object=0x10 seq=1 waiters=1\n"));
  int owner = 0;
  std::string contention;
  for (const auto& packet : trace.packet()) {
    const auto& thread = packet.track_descriptor().thread();
    if (thread.thread_name() == "owner") owner = thread.tid();
    for (const auto& name : packet.interned_data().event_names())
      if (name.name().starts_with("Lock contention")) contention = name.name();
  }
  EXPECT_GT(owner, 8);
  EXPECT_EQ(contention, fmt::format("Lock contention on a 0x10 lock (owner tid: {})", owner));
}

TEST(PerfettoWriter, TablesBeginAnewWhenTheyAreLarge) {
  const std::string data = written([](std::FILE* out) {
    StackTable stacks;
    Names names(stacks, NameOptions{});
    PerfettoWriter writer(stacks, names, out);
    for (size_t i = 0; i < PerfettoWriter::kMaxInterned + 3; i++) {
      writer.begin(i, perfetto::TrackEvent::INSTANT, 1)
          .set_name_iid(writer.name("name " + std::to_string(i)));
      writer.end();
    }
    EXPECT_FALSE(writer.failed());
  });
  perfetto::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(data));
  int restarts = 0;
  for (const auto& packet : trace.packet()) restarts += packet.sequence_flags() == 3;
  EXPECT_EQ(restarts, 2);
  EXPECT_EQ(trace.packet(trace.packet_size() - 1).track_event().name_iid(), 2u);
}

}  // namespace
}  // namespace thrace
