// Printing the merged stream.
#include "decoder/text/ordered_dump.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "decoder/text/dump.h"
#include "decoder/text/escape.h"
#include "decoder/text/event_text.h"

namespace thrace {
namespace {

constexpr std::string_view kFrameIndent = "                  ";  // under the event's m=
constexpr size_t kMostLines = 16 << 20;                          // bytes of them that are kept

}  // namespace

void OrderedDump::begin(const Generation& generation) {
  if (!started_) {
    started_ = true;
    clock_ = generation.clock;
    if (stream_.base == 0) stream_.base = clock_.mono;
    shift_ = static_cast<int64_t>(clock_.mono - stream_.base);
  }
  stacks_.begin(generation);
  threads_.begin(generation);
}

// Whether the object and the function of an event are those of the filter.
bool OrderedDump::picks_what(const Generation& generation, const EventView& event) {
  const Filter& filter = picker_.filter();
  if (!filter.object.empty()) {
    const ArgSpec* specs = event.spec->args;
    bool any = false;
    for (size_t i = 0; i < event.spec->nargs && !any; i++)
      any = specs[i].type == ArgType::Address && event.args[i] != 0 &&
            picker_.object(stacks_.place(event.args[i]), event.args[i]);
    if (!any) return false;
  }
  return picker_.function(stacks_.id(generation, event.stack, event.time));
}

bool OrderedDump::picks(const Generation& generation, const OrderedEvent& ordered) {
  const EventView& e = ordered.event;
  const Filter& filter = picker_.filter();
  if (!filter.object.empty() || !filter.function.empty()) {
    // The end of a wait goes with its beginning.
    bool& picked = picked_[ordered.m];
    if (e.type != Event::GoUnblock) picked = picks_what(generation, e);
    if (!picked) return false;
  }
  return picker_.window().contains(clock_.since(shift_, e.time)) &&
         threads_.picks(ordered.m, ordered.g);
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
    const bool code = event.type == Event::GoCreate;
    const ModuleIndex module = code ? stacks_.map().find(address) : stacks_.place(address);
    if (module == kNoModule) continue;
    add(code ? names_.routine(module, address) : names_.variable(module, address));
  }
  if (!stream_.stacks) add(names_.site(stacks_.id(generation, event.stack, event.time)));
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
  const bool maps = StackTable::follows(e.type);
  if (maps) stacks_.event(generation, e);
  threads_.event(generation, e);
  if (stream_.rows != 0 && stream_.printed == stream_.rows) return;
  if (!picks(generation, event)) return;
  stream_.printed++;
  fmt::print(stream_.out, "{:>13} {}m={} g={} {}{}\n", clock_.since(shift_, e.time), process_,
             event.m, event.g, event_text(e, clock_, shift_),
             maps ? string_comment(generation, e) : comment(generation, e));
  if (stream_.stacks && e.stack != 0)
    fmt::print(stream_.out, "{}", lines(stacks_.id(generation, e.stack, e.time)));
}

std::unique_ptr<EventSink> RunDump::opened(const Trace& trace, bool several) {
  const std::string pid(several ? trace.header().get("pid", "0") : "");
  auto sink = std::make_unique<OrderedDump>(stream_, escape(pid), filter_, options_);
  sink->attach(trace);
  return sink;
}

void RunDump::closed(EventSink& sink) {
  for (std::string& note : static_cast<OrderedDump&>(sink).names().notes())
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end())
      notes_.push_back(std::move(note));
}

}  // namespace thrace
