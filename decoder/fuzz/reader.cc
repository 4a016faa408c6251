// Fuzz target: any bytes as a trace.  Nothing may crash, whatever the file holds.
//
// An input that starts with the header's first byte is a file.  Any other is taken as batches of a
// generation without their frames, since no random input has a checksum that is right:
// {m, length, bytes of events}*.  Start with the corpus: fuzz_reader decoder/fuzz/corpus
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "core/format/crc32c.h"
#include "core/format/varint.h"
#include "decoder/export/chrome_export.h"
#include "decoder/export/go_filter.h"
#include "decoder/export/perfetto_export.h"
#include "decoder/order/strict.h"
#include "decoder/report/analyzer.h"
#include "decoder/report/blame.h"
#include "decoder/report/call_report.h"
#include "decoder/report/findings.h"
#include "decoder/report/folded.h"
#include "decoder/report/object_table.h"
#include "decoder/report/thread_table.h"
#include "decoder/report/wait_table.h"
#include "decoder/report/wake_report.h"
#include "decoder/report/worst_waits.h"
#include "decoder/text/dump.h"
#include "decoder/text/ordered_dump.h"

namespace {

using namespace thrace;

constexpr uint8_t kMaxFuzzM = 5;  // few Ms, so that they meet

void put_batch(std::string& out, uint64_t m, uint64_t time, std::string_view events) {
  std::string batch(1, static_cast<char>(kBatch));
  for (const uint64_t value : {uint64_t{1}, m, time, uint64_t{events.size()}})
    put_varint(batch, value);
  batch += events;
  const uint32_t crc = crc32c(batch);
  out += batch;
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(crc >> shift));
}

Generation generation_of(std::string_view input, Problems& problems) {
  Generation generation;
  BatchWriter writer(generation.data);
  const uint64_t clock[] = {1'000'000'000, 0, 0};
  writer.begin(1, kCollectorM, 0);
  writer.event(Event::ClockSnapshot, 0, clock);
  writer.end();
  for (uint64_t time = 1; input.size() > 2; time += 1000) {
    const uint64_t m = static_cast<uint8_t>(input[0]) % kMaxFuzzM;
    const size_t size = std::min<size_t>(static_cast<uint8_t>(input[1]), input.size() - 2);
    put_batch(generation.data, m, time, input.substr(2, size));
    input.remove_prefix(2 + size);
  }
  generation.parse("fuzz", true, problems);
  return generation;
}

std::FILE* nowhere() {
  static std::FILE* out = std::fopen("/dev/null", "w");
  return out;
}

// Names are not looked up: files are not this target's input.
NameOptions no_names() {
  NameOptions options;
  options.addresses = true;
  return options;
}

void print(const Table& table) {
  print_table(table, Format::Text, nowhere());
  print_table(table, Format::Csv, nowhere());
}

// Puts events in order and hands them on.
void run(const Generation& generation, EventSink& sink, Problems& problems) {
  Merge merge("fuzz", problems);
  merge.begin(generation, sink);
  while (merge.run_until(std::numeric_limits<uint64_t>::max())) {
  }
  merge.end();
  merge.finish();
}

// All reports of one trace.
void report(const Generation& generation, Problems& problems) {
  Analysis analysis;
  Names names(*analysis.stacks, no_names());
  const Filter filter;
  Picker picker(filter, names);
  SiteSums sites(analysis);
  Findings findings;
  HandoverPairs pairs;
  WakeReport wakes;
  CallReport calls;
  WorstWaits worst(10);
  Folded offwake(FoldedKind::OffWake), caused(FoldedKind::Caused);
  const std::vector<Observer*> observers = {&sites, &findings, &pairs,   &wakes,
                                            &calls, &worst,    &offwake, &caused};
  uint64_t base = 0;
  analysis.programs.emplace_back("fuzz");
  Analyzer analyzer(analysis, picker, "1", base, observers);
  run(generation, analyzer, problems);
  analyzer.finish(generation.end_time);
  const Chains chains(worst.waits(), filter.window);
  std::vector<std::vector<Link>> links;
  for (const EndedWait& wait : worst.waits()) links.push_back(chains.chain(analysis, wait));
  findings.sentences(analysis, names);
  wakes.sentences(analysis, names);
  calls.sentences(analysis, names);
  print(thread_table(analysis, names, filter));
  print(object_table(analysis, names));
  print(pairs.table(analysis, names));
  print(blame_table(blame(analysis, names)));
  print(wait_table(analysis, worst.waits(), links, names));
  for (const Section& section : wakes.sections(analysis, names)) print(section.table);
  for (const Section& section : calls.sections(names)) print(section.table);
  offwake.print(analysis, names, nowhere());
  caused.print(analysis, names, nowhere());
}

// What is written event by event.
void write(const Generation& generation, Problems& problems) {
  dump_generation(generation, nowhere());
  DumpStream lines{.out = nowhere(), .stacks = true};
  OrderedDump dump(lines, "1", Filter{}, no_names());
  run(generation, dump, problems);
  StackTable stacks;
  Names names(stacks, no_names());
  Picker picker(Filter{}, names);
  GoExport go(stacks, names, nowhere(), 0);
  GoFilter filter(go, stacks, picker);
  run(generation, filter, problems);
}

// A whole file: what `check` and the drawing exports do with it.
template <typename Drawing>
void draw(const std::string& file) {
  Trace trace({"fuzz", memory_input(file)});
  if (!trace.open()) return;
  StackTable stacks;
  Names names(stacks, no_names());
  Picker picker(Filter{}, names);
  TimelineNumbers numbers;
  Drawing sink(stacks, names, nowhere());
  Timeline timeline(sink, stacks, numbers, picker, 1, "fuzz");
  trace.run(timeline);
  timeline.finish(trace);
  sink.finish();
}

void check(const std::string& file) {
  Trace trace({"fuzz", memory_input(file)});
  if (!trace.open()) return;
  StrictCheck strict(trace);
  trace.run(strict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] == (kSkippableHeader & 0xff)) {
    check(input);
    draw<ChromeExport>(input);
    draw<PerfettoExport>(input);
    return 0;
  }
  Problems problems;
  const Generation generation = generation_of(input, problems);
  report(generation, problems);
  write(generation, problems);
  return 0;
}
