// check: is this trace consistent?  Stricter than what the other verbs demand.
#include <fmt/core.h>

#include <algorithm>

#include "decoder/order/strict.h"
#include "decoder/report/table.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/verb.h"

namespace thrace {
namespace {

// What a G that is alive at the end was doing.
std::string state_text(const Task& task, const Clock& clock) {
  std::string text(enum_text(ArgType::Status, static_cast<uint64_t>(task.status)));
  if (!task.known)
    text = "not known (events were lost)";
  else if (task.status == Status::Waiting) {
    text += fmt::format(" for {} {:#x}", enum_text(ArgType::Wait, task.detail), task.object);
    if (task.owner != 0) text += fmt::format(" held by tid {}", task.owner);
  } else if (task.status == Status::Syscall) {
    text += fmt::format(" {}", task.detail);
  }
  const int64_t since = clock.since_start(task.since);
  return fmt::format("{} since {}", text,
                     since < 0 ? "before the start" : duration_text(static_cast<uint64_t>(since)));
}

// Notes the names of threads while the trace goes by.
class CheckSink : public EventSink {
 public:
  explicit CheckSink(Trace& trace) : strict_(trace) {}
  void begin(const Generation& generation) override {
    strict_.begin(generation);
    generation.each_thread([&](uint64_t m, const ThreadName& name) { tids_[m] = name.tid; });
    for (const ThreadBatches& thread : generation.threads) seen_[thread.m] = true;
  }
  void event(const Generation&, const OrderedEvent&) override {}
  void end(const Generation& generation) override { strict_.end(generation); }

  size_t threads() const { return seen_.size(); }
  uint64_t tid(uint64_t m) const {
    const uint64_t* tid = tids_.find(m);
    return tid ? *tid : 0;
  }

 private:
  StrictCheck strict_;
  IdMap<uint64_t> tids_;
  IdMap<bool> seen_;
};

void print_open(const Trace& trace, const CheckSink& sink) {
  std::vector<Task> open;
  trace.machine().each_task([&](const Task& task) { open.push_back(task); });
  std::sort(open.begin(), open.end(), [](const Task& a, const Task& b) { return a.g < b.g; });
  for (const Task& task : open)
    fmt::print("  open: G {} (M {}, tid {}) {}\n", task.g, task.m, sink.tid(task.m),
               state_text(task, trace.clock()));
}

int check_one(Source source) {
  Trace trace(std::move(source));
  if (!trace.open()) {
    print_problems(trace.problems());
    return kExitUnreadable;
  }
  CheckSink sink(trace);
  trace.run(sink);
  const bool cut = only_cut(trace.problems());
  const char* verdict = trace.problems().empty() ? "OK" : cut ? "OK, but cut" : "FAIL";
  const auto ended = enum_text(ArgType::End, static_cast<uint64_t>(trace.end()));
  fmt::print("{}: {}: {}, {}, {}, {} lost, {}, ended by {}\n", printable(trace.name()), verdict,
             count_text(trace.events(), "event"), count_text(trace.generations(), "generation"),
             count_text(sink.threads(), "thread"), trace.lost(),
             duration_text(static_cast<uint64_t>(trace.duration())),
             ended.empty() ? "a cut" : ended);
  print_open(trace, sink);
  if (trace.unseen_threads() != 0 || trace.unseen_processes() != 0)
    fmt::print("  unrecorded for lack of room: {}, {} of the session\n",
               count_text(trace.unseen_threads(), "thread"),
               count_text(trace.unseen_processes(), "process"));
  std::fflush(stdout);
  print_problems(trace.problems());
  return trace.problems().empty() ? kExitFine : cut ? kExitDamaged : kExitUnreadable;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("check", "prove that a trace is consistent, strictly");
  verb->footer(
      "Prints one line for each file, and what was still open at the end: each live G with its\n"
      "state.  Exit status: 0 consistent; 3 consistent, but the end is missing; 1 not readable, "
      "or\n"
      "it breaks a rule of the format page (the problem names file, byte and rule).");
  auto files = std::make_shared<std::vector<std::string>>();
  add_files(*verb, *files, "traces; - is standard input");
  verb->callback([files, &status] {
    for (const std::string& path : *files) {
      Problems problems;
      auto sources = open_source(path, problems);
      print_problems(problems);
      if (sources.empty()) status = kExitUnreadable;
      for (Source& source : sources) status = worse(status, check_one(std::move(source)));
    }
  });
}

}  // namespace thrace
