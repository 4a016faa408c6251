// Printing a trace as text.
#include "decoder/text/dump.h"

#include <fmt/core.h>

#include "decoder/text/escape.h"
#include "decoder/text/event_text.h"

namespace thrace {
void dump_header(const FileHeader& header, std::FILE* out) {
  fmt::print(out, "Trace version={}\n", header.version);
  for (const auto& [key, value] : header.entries)
    fmt::print(out, "Header {}={}\n", quote(key), quote(value));
}

void dump_generation(const Generation& generation, std::FILE* out) {
  fmt::print(out, "\nGeneration gen={}\n", generation.number);
  for (const PlacedBatch& placed : generation.batches) {
    fmt::print(out, "Batch m={} time={}\n", placed.batch.m, placed.batch.time);
    BatchCursor cursor(placed.batch);
    EventView event;
    uint64_t time = placed.batch.time;
    while (cursor.next(event) == BatchCursor::Step::Event) {
      fmt::print(out, "{}{}\n", twin_text(event, event.time - time),
                 string_comment(generation, event));
      time = event.time;
    }
  }
}

void dump_index(std::FILE* out) { fmt::print(out, "\nIndex\n"); }

std::string string_comment(const Generation& generation, const EventView& event) {
  std::string out;
  for (size_t i = 0; i < event.spec->nargs; i++)
    if (event.spec->args[i].type == ArgType::String && event.args[i] != 0)
      out += (out.empty() ? "  # " : " ") + quote(generation.string(event.args[i]));
  return out;
}

}  // namespace thrace
