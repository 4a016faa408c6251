// info: what a trace file is and holds.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "decoder/order/trace.h"
#include "decoder/report/table.h"
#include "decoder/stacks/stack_table.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/verb.h"

namespace thrace {
namespace {

// Counts events by kind; bytes by kind would need the encoder's view.
class Counter : public EventSink {
 public:
  void begin(const Generation& generation) override {
    for (const PlacedBatch& placed : generation.batches) batches_ += placed.batch.m != kCollectorM;
    for (const ThreadBatches& thread : generation.threads) seen_[thread.m] = true;
    stacks_.begin(generation);
    in_this_ = 0;
  }
  void event(const Generation& generation, const OrderedEvent& event) override {
    const EventView& e = event.event;
    counts_[static_cast<uint8_t>(e.type)]++;
    largest_ = std::max(largest_, ++in_this_);
    if (StackTable::follows(e.type)) stacks_.event(generation, e);
    if (stacks_.id(generation, e.stack, e.time) != 0) with_stack_++;
  }
  uint64_t count(Event event) const { return counts_[static_cast<uint8_t>(event)]; }
  uint64_t batches() const { return batches_; }
  uint64_t largest() const { return largest_; }  // events of a generation
  size_t threads() const { return seen_.size(); }
  const StackTable& stacks() const { return stacks_; }
  uint64_t with_stack() const { return with_stack_; }

 private:
  std::array<uint64_t, 256> counts_{};
  uint64_t batches_ = 0;
  uint64_t in_this_ = 0;
  uint64_t largest_ = 0;
  uint64_t with_stack_ = 0;
  IdMap<bool> seen_;
  StackTable stacks_;
};

bool has_gap(const StackView& stack) {
  return std::any_of(stack.frames.begin(), stack.frames.end(),
                     [](const StackFrame& frame) { return is_gap(frame.address); });
}

// Distinct stacks, why they end, how many lack their middle, and the modules that they lie in.
void print_stacks(const Counter& counter) {
  const StackTable& stacks = counter.stacks();
  if (stacks.size() != 0) {
    std::array<uint64_t, 256> ends{};
    uint64_t gaps = 0;
    for (StackId id = 1; id <= stacks.size(); id++) {
      ends[static_cast<uint8_t>(stacks[id].end)]++;
      gaps += has_gap(stacks[id]);
    }
    const auto share = [&](std::string_view what, uint64_t count) {
      if (count != 0)
        fmt::print("  {:<10} {:>5.1f} %\n", what,
                   100.0 * static_cast<double>(count) / static_cast<double>(stacks.size()));
    };
    fmt::print("stacks       {} distinct, on {} events\n", stacks.size(), counter.with_stack());
    for (size_t end = 0; end < ends.size(); end++)
      share(enum_text(ArgType::StackEnd, end), ends[end]);
    share("with a gap", gaps);
  }
  const auto& modules = stacks.modules().all();
  const auto files = std::count_if(modules.begin(), modules.end(),
                                   [](const Module& module) { return !module.object; });
  if (files != 0) fmt::print("modules      {}\n", files);
  for (const Module& module : modules) {
    if (module.object) continue;
    fmt::print("  {:#x}-{:#x} {} build-id {}\n", module.start, module.end, escape(module.path),
               module.build_id.empty() ? "not known" : escape(module.build_id));
  }
}

std::string ending(const Trace& trace) {
  const auto text = enum_text(ArgType::End, static_cast<uint64_t>(trace.end()));
  if (trace.problems().empty()) return std::string(text);
  if (only_cut(trace.problems())) return "cut: the end is missing";
  return text.empty() || text == "next" ? "damaged" : fmt::format("{}, but damaged", text);
}

int info_one(Source source) {
  Trace trace(std::move(source));
  if (!trace.open()) {
    print_problems(trace.problems());
    return kExitUnreadable;
  }
  Counter counter;
  trace.run(counter);
  fmt::print("file         {}\n", printable(trace.name()));
  fmt::print("format       version {}\n", trace.header().version);
  for (const auto& [key, value] : trace.header().entries)
    fmt::print("{:<12} {}\n", printable(key), printable(value));
  const auto per_event = [&](uint64_t bytes) {
    return trace.events() ? static_cast<double>(bytes) / static_cast<double>(trace.events()) : 0.0;
  };
  fmt::print("duration     {}\n", duration_text(static_cast<uint64_t>(trace.duration())));
  fmt::print("ticks        {} per second\n", trace.clock().frequency);
  fmt::print("generations  {}, from number {}, of {} events at most\n", trace.generations(),
             trace.first_generation(), counter.largest());
  fmt::print("threads      {}\n", counter.threads());
  fmt::print("batches      {}\n", counter.batches());
  fmt::print("bytes        {} ({:.2f} per event; expanded {}, {:.2f} per event)\n", trace.bytes(),
             per_event(trace.bytes()), trace.expanded(), per_event(trace.expanded()));
  fmt::print("events       {}\n", trace.events());
  for (const EventSpec& spec : event_specs())
    if (const uint64_t count = counter.count(spec.number); count != 0)
      fmt::print("  {:<20} {}\n", spec.name, count);
  print_stacks(counter);
  fmt::print("lost         {}\n", trace.lost());
  if (trace.skipped()) fmt::print("not placed   {}\n", trace.skipped());
  fmt::print("ended        {}\n", ending(trace));
  std::fflush(stdout);
  print_problems(trace.problems());
  return trace.problems().empty() ? kExitFine : kExitDamaged;
}

}  // namespace

void add_info(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("info", "header, counters, generations, how the trace ended");
  auto files = std::make_shared<std::vector<std::string>>();
  add_files(*verb, *files, "traces; - is standard input");
  verb->callback([files, &status] {
    bool first = true;
    for (const std::string& path : *files) {
      Problems problems;
      auto sources = open_source(path, problems);
      print_problems(problems);
      if (sources.empty()) status = kExitUnreadable;
      for (Source& source : sources) {
        if (!first) fmt::print("\n");
        first = false;
        status = worse(status, info_one(std::move(source)));
      }
    }
  });
}

}  // namespace thrace
