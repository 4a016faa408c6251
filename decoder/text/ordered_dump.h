// The merged stream of a run as text, one event per line.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>

#include "decoder/order/run_merge.h"
#include "decoder/report/thread_names.h"
#include "decoder/stacks/names.h"

namespace thrace {

// What the lines of all traces of a run have in common.
struct DumpStream {
  std::FILE* out = nullptr;
  size_t rows = 0;      // print at most so many events; 0: all
  bool stacks = false;  // print the stack of each event below it
  size_t printed = 0;   // events, so far
  uint64_t base = 0;    // CLOCK_MONOTONIC at time 0, ns; 0: the first trace to begin sets it
};

// Prints the stream of one trace: ns since the start of the run, the process if it is given, M, G,
// event; and as a comment what its ids and addresses stand for.
//
// The filter picks the events of its threads in its window; with an object, the waits for it, their
// ends, and its wakes; with a function, the events that have a stack with it, and the ends of
// waits.
class OrderedDump : public EventSink {
 public:
  // `stream` must live as long as this object.  `pid`: of the process, empty if there is but one.
  OrderedDump(DumpStream& stream, const std::string& pid, const Filter& filter,
              const NameOptions& names)
      : stream_(stream),
        process_(pid.empty() ? "" : "pid=" + pid + " "),
        names_(stacks_, names),
        picker_(filter, names_),
        threads_(picker_) {}
  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;

  // Before the first event: the process, and the attachments that are known.
  void attach(const Trace& trace) {
    stacks_.add_process(trace.header());
    stacks_.attach(trace.name(), trace.attachments());
  }

  const Names& names() const { return names_; }

 private:
  const std::string& lines(StackId stack);
  std::string comment(const Generation& generation, const EventView& event);
  bool picks(const Generation& generation, const OrderedEvent& event);
  bool picks_what(const Generation& generation, const EventView& event);

  DumpStream& stream_;
  const std::string process_;  // of each line
  StackTable stacks_;
  Names names_;
  Picker picker_;
  ThreadNames threads_;
  IdMap<bool> picked_;  // by M: the wait or the call that it is in
  std::unordered_map<StackId, std::string> lines_;
  size_t lines_bytes_ = 0;
  Clock clock_;
  int64_t shift_ = 0;  // its start in the run, ns
  bool started_ = false;
};

// Prints the streams of all traces of a run as one.
class RunDump : public RunSink {
 public:
  RunDump(const DumpStream& stream, const Filter& filter, const NameOptions& names)
      : stream_(stream), filter_(filter), options_(names) {}

  std::unique_ptr<EventSink> opened(const Trace& trace, bool several) override;
  void closed(EventSink& sink) override;

  // Which files could not be used for names, each once.
  const SymbolNotes& notes() const { return notes_; }

 private:
  DumpStream stream_;
  const Filter filter_;
  const NameOptions options_;
  SymbolNotes notes_;
};

}  // namespace thrace
