// The text twin of a trace: every header line, batch and event of a file, in the order of the file.
// assemble() makes the same trace of it again.
#pragma once

#include <cstdio>
#include <string>
#include <unordered_map>

#include "decoder/input/generation.h"
#include "decoder/order/trace.h"
#include "decoder/report/filter.h"
#include "decoder/stacks/names.h"

namespace thrace {

// Prints a header as the first lines of a twin.
void dump_header(const FileHeader& header, std::FILE* out);

// Prints a generation: its batches in file order, ticks relative as in the file.
void dump_generation(const Generation& generation, std::FILE* out);

// Prints the line that says that the file was closed.
void dump_index(std::FILE* out);

// Prints the merged stream, one event per line: ns since the start of the trace, M, G, event; and
// as a comment what its ids and addresses stand for.  With `frames`, the stack of the event below
// it.
//
// The filter picks the events of its threads in its window; with an object, the waits for it, their
// ends, and its wakes; with a function, the events that have a stack with it, and the ends of
// waits.
class OrderedDump : public EventSink {
 public:
  // Prints at most `rows` events; 0: all.
  OrderedDump(std::FILE* out, const Filter& filter, size_t rows, const NameOptions& names,
              bool frames)
      : out_(out), rows_(rows), frames_(frames), names_(stacks_, names), picker_(filter, names_) {}
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

  std::FILE* out_;
  size_t rows_;
  size_t printed_ = 0;
  bool frames_;
  StackTable stacks_;
  Names names_;
  Picker picker_;
  struct Runner {
    uint64_t tid = 0;
    std::string name;
    bool picked = false;  // the wait or the call that it is in
  };
  IdMap<Runner> runners_;  // by M
  std::unordered_map<StackId, std::string> lines_;
  size_t lines_bytes_ = 0;
  Clock clock_;
  bool started_ = false;
};

}  // namespace thrace
