// Fuzz target: any bytes as a trace.  Nothing may crash, whatever the file holds.
//
// An input that starts with the header's first byte is a file.  Any other is taken as batches of a
// generation without their frames, since no random input has a checksum that is right:
// {m, length, bytes of events}*.  Start with the corpus: fuzz_reader decoder/fuzz_corpus
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/format/crc32c.h"
#include "core/format/varint.h"
#include "decoder/export/go_export.h"
#include "decoder/order/strict.h"
#include "decoder/report/analyzer.h"
#include "decoder/report/blame.h"
#include "decoder/report/folded.h"
#include "decoder/report/wake_pairs.h"
#include "decoder/report/worst_waits.h"
#include "decoder/text/dump.h"

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

// The reports on single waits and stacks, without names: files are not this target's input.
void print_stacks(const Analysis& analysis, const Folded& offwake, const Folded& wakes,
                  const WakePairs& pairs, const WorstWaits& worst) {
  NameOptions options;
  options.addresses = true;
  Names names(*analysis.stacks, options);
  offwake.print(analysis, names, nowhere());
  wakes.print(analysis, names, nowhere());
  print_table(blame_table(blame(analysis, names)), Format::Text, nowhere());
  print_table(pairs.table(analysis, names), Format::Csv, nowhere());
  print_table(wait_table(analysis, worst.waits(), names), Format::Text, nowhere());
  print_wait_stacks(analysis, worst.waits(), names, nowhere());
}

// All that follows the reader.
void run(Trace& trace) {
  StrictCheck strict(trace);
  trace.run(strict);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] == (kSkippableHeader & 0xff)) {
    Trace trace({"fuzz", memory_input(input)});
    if (trace.open()) run(trace);
    return 0;
  }
  Problems problems;
  Analysis analysis;
  uint64_t base = 0;
  const Filter filter;
  SiteSums sites(analysis.sites);
  Folded offwake(FoldedKind::OffWake), wakes(FoldedKind::Wake);
  WakePairs pairs;
  WorstWaits worst(10);
  const std::vector<Observer*> observers = {&sites, &offwake, &wakes, &pairs, &worst};
  Analyzer analyzer(analysis, filter, "1", base, observers);
  NameOptions addresses;
  addresses.addresses = true;
  GoExport go(nowhere(), addresses);
  OrderedDump dump(nowhere(), INT64_MIN, INT64_MAX, addresses, true);
  const Generation generation = generation_of(input, problems);
  for (EventSink* sink : std::initializer_list<EventSink*>{&analyzer, &go, &dump}) {
    Merge merge("fuzz", problems);
    merge.run(generation, *sink);
    merge.finish();
  }
  analyzer.finish(generation.end_time);
  print_stacks(analysis, offwake, wakes, pairs, worst);
  dump_generation(generation, nowhere());
  return 0;
}
