// Printing a trace as text.
#include "decoder/text/dump.h"

#include <fmt/core.h>

#include "decoder/text/escape.h"
#include "decoder/text/event_text.h"

namespace thrace {
namespace {

constexpr std::string_view kFrameIndent = "                  ";  // under the event's m=
constexpr size_t kMostLines = 16 << 20;  // bytes of them that are kept

// A comment that says what the ids of Strings stand for.
std::string string_comment(const Generation& generation, const EventView& event) {
  std::string out;
  for (size_t i = 0; i < event.spec->nargs; i++)
    if (event.spec->args[i].type == ArgType::String && event.args[i] != 0)
      out += (out.empty() ? "  # " : " ") + quote(generation.string(event.args[i]));
  return out;
}

}  // namespace

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

void OrderedDump::begin(const Generation& generation) {
  if (!started_) clock_ = generation.clock;
  started_ = true;
  stacks_.begin(generation);
  generation.each_thread([&](uint64_t m, const ThreadName& name) {
    Runner& runner = runners_[m];
    runner.tid = name.tid;
    if (!name.name.empty()) runner.name = name.name;
  });
}

// Whether the object and the function of an event are those of the filter.
bool OrderedDump::picks_what(const Generation& generation, const EventView& event) {
  const Filter& filter = picker_.filter();
  if (!filter.object.empty()) {
    const ArgSpec* specs = event.spec->args;
    bool any = false;
    for (size_t i = 0; i < event.spec->nargs && !any; i++)
      any = specs[i].type == ArgType::Address && event.args[i] != 0 &&
            picker_.object(stacks_.map().find(event.args[i]), event.args[i]);
    if (!any) return false;
  }
  return picker_.function(stacks_.id(generation, event.stack, event.time));
}

bool OrderedDump::picks(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const Filter& filter = picker_.filter();
  Runner& runner = runners_[ordered.m];
  if (e.type == Event::GoLabel && e.args[0] == ordered.g)  // threads name others, too
    runner.name = generation.string(e.args[1]);
  if (!filter.object.empty() || !filter.function.empty()) {
    // The end of a wait goes with its beginning.
    if (e.type != Event::GoUnblock) runner.picked = picks_what(generation, e);
    if (!runner.picked) return false;
  }
  return picker_.window().contains(clock_.since_start(e.time)) &&
         picker_.thread(runner.name, runner.tid);
}

// The strings, the routine, the variable and the site of an event, as far as they have names.
std::string OrderedDump::comment(const Generation& generation, const EventView& event) {
  std::string out = string_comment(generation, event);
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "  # " : ", ") + escape(text);
  };
  for (size_t i = 0; i < event.spec->nargs; i++) {
    const uint64_t address = event.args[i];
    if (event.spec->args[i].type != ArgType::Address || address == 0) continue;
    const ModuleIndex module = stacks_.map().find(address);
    if (module == kNoModule) continue;
    add(event.type == Event::GoCreate ? names_.routine(module, address)
                                      : names_.variable(module, address));
  }
  if (!frames_) add(names_.site(stacks_.id(generation, event.stack, event.time)));
  return out;
}

// Most events have one of few stacks, and their text takes longer than all else.
const std::string& OrderedDump::lines(StackId stack) {
  if (lines_bytes_ > kMostLines) {
    lines_.clear();
    lines_bytes_ = 0;
  }
  const auto [entry, is_new] = lines_.try_emplace(stack);
  if (is_new) {
    entry->second = names_.lines(stack, kFrameIndent);
    lines_bytes_ += entry->second.size();
  }
  return entry->second;
}

void OrderedDump::event(const Generation& generation, const OrderedEvent& event) {
  const EventView& e = event.event;
  const bool maps = e.type == Event::Module || e.type == Event::ModuleGone;
  if (maps) stacks_.event(generation, e);
  if (rows_ != 0 && printed_ == rows_) return;
  if (!picks(generation, event)) return;
  printed_++;
  fmt::print(out_, "{:>13} m={} g={} {}{}\n", clock_.since_start(e.time), event.m, event.g,
             event_text(e, clock_), maps ? string_comment(generation, e) : comment(generation, e));
  if (frames_ && e.stack != 0)
    fmt::print(out_, "{}", lines(stacks_.id(generation, e.stack, e.time)));
}

}  // namespace thrace
