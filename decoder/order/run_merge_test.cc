// Several traces of a run are one stream in the order of time.
#include "decoder/order/run_merge.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>

#include "decoder/export/test_export.h"
#include "decoder/text/ordered_dump.h"

namespace thrace {
namespace {

// Of the process `pid`, with an event at each time (ns since its own start).  It starts `start` ns
// after the run, and its generations last for 1000 ns.
std::string process(int pid, uint64_t start, const std::vector<uint64_t>& times) {
  std::string text = fmt::format(
      "Trace version=2\nHeader \"program\"=\"demo\" \"pid\"=\"{}\" "
      "\"wall\"=\"2026-03-01T12:00:{:02}.{:09}Z\"\n",
      pid, start / kNanosPerSecond, start % kNanosPerSecond);
  const uint64_t last = times.back() / 1000;
  for (uint64_t generation = 0; generation <= last; generation++) {
    const uint64_t begin = generation * 1000;
    text += fmt::format(
        "Generation gen={}\nBatch m=0 time={}\nClockSnapshot frequency=1000000000 mono={}\n"
        "Thread m=1 tid={}\n",
        generation + 1, begin, 5'000'000'000 + start + begin, pid);
    uint64_t now = begin;
    std::string events = fmt::format("Batch m=1 time={}\n", begin);
    for (const uint64_t time : times) {
      if (time / 1000 != generation) continue;
      if (now == begin)
        events += fmt::format("GoStatus dt={} g=1 status=running since=-0\n", time - now);
      else
        events += fmt::format("GoLabel dt={} g=1\n", time - now);
      now = time;
    }
    if (now != begin) text += events;
    text += fmt::format("Batch m=0 time={}\nEndOfGeneration reason={}\n", begin + 999,
                        generation == last ? "exit" : "next");
  }
  return text + "Index\n";
}

// "pid@time" of each event, and of how many traces at once the sinks were there.
class Log : public RunSink {
 public:
  class Sink : public EventSink {
   public:
    Sink(Log& log, std::string pid) : log_(log), pid_(std::move(pid)) {}
    void event(const Generation& generation, const OrderedEvent& event) override {
      const uint64_t start = generation.clock.mono - generation.clock.ticks - 5'000'000'000;
      log_.text += fmt::format("{}@{} ", pid_, start + event.time);
    }

   private:
    Log& log_;
    std::string pid_;
  };

  std::unique_ptr<EventSink> opened(const Trace& trace, bool several) override {
    EXPECT_TRUE(several);
    most = std::max(most, ++open);
    return std::make_unique<Sink>(*this, std::string(trace.header().get("pid", "?")));
  }
  void closed(EventSink&) override { open--; }

  std::string text;
  size_t open = 0, most = 0;
};

std::string merged(const std::vector<std::string>& paths, Log& log) {
  Problems problems;
  EXPECT_EQ(merge_run(paths, log, problems), paths.size());
  for (const Problem& problem : problems) ADD_FAILURE() << describe(problem);
  EXPECT_EQ(log.open, 0u);
  return log.text;
}

TEST(RunMerge, GoesByTime) {
  const TestTrace a(process(1, 0, {10, 20, 1500, 2600})), b(process(2, 15, {1, 2, 1485, 1900}));
  Log log;
  EXPECT_EQ(merged({b.path(), a.path()}, log), "1@10 2@16 2@17 1@20 1@1500 2@1500 2@1915 1@2600 ");
  EXPECT_EQ(log.most, 2u);
}

TEST(RunMerge, OpensTracesWhenTheirTimeComes) {
  const uint64_t second = kNanosPerSecond;
  const TestTrace a(process(1, 0, {10, 20})), b(process(2, second, {10, 20})),
      c(process(3, 2 * second, {10, 20})), d(process(4, 3 * second, {10, 20}));
  Log log;
  EXPECT_EQ(merged({d.path(), c.path(), a.path(), b.path()}, log),
            "1@10 1@20 2@1000000010 2@1000000020 3@2000000010 3@2000000020 4@3000000010 "
            "4@3000000020 ");
  EXPECT_EQ(log.most, 2u);  // the one at hand, and the one that comes next
}

TEST(RunMerge, AnUnreadableTraceLeavesTheOthersAlone) {
  const TestTrace a(process(1, 0, {10, 20}));
  Log log;
  Problems problems;
  EXPECT_EQ(merge_run({"/nowhere/at/all", a.path()}, log, problems), 1u);
  EXPECT_EQ(problems.size(), 1u);
  EXPECT_EQ(log.text, "1@10 1@20 ");
}

// What `dump --ordered` prints of two processes.
std::string dumped(const Filter& filter, size_t rows) {
  const TestTrace a(process(41, 0, {10, 1500})), b(process(42, 15, {1, 1900}));
  return written([&](std::FILE* out) {
    NameOptions names;
    names.addresses = true;
    RunDump run({.out = out, .rows = rows}, filter, names);
    Problems problems;
    merge_run({a.path(), b.path()}, run, problems);
  });
}

TEST(RunMerge, DumpTellsTheProcessAndFilters) {
  const auto line = [](int time, int pid, int since) {
    return fmt::format(
        "{:>13} pid={} m=1 g=1 GoStatus g=1 status=running detail=0 object=0x0 owner=0 since={}\n",
        time, pid, since);
  };
  const std::string first = line(10, 41, 10), second = line(16, 42, 16),
                    third = line(1500, 41, 1500), fourth = line(1915, 42, 1915);
  EXPECT_EQ(dumped({}, 0), first + second + third + fourth);
  EXPECT_EQ(dumped({}, 3), first + second + third);  // of all together
  Filter thread, window;
  thread.thread = "42";
  window.window = {.from = 16, .to = 1500};
  EXPECT_EQ(dumped(thread, 0), second + fourth);
  EXPECT_EQ(dumped(window, 0), second + third);
}

}  // namespace
}  // namespace thrace
