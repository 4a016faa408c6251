// The text twin of a trace: every header line, batch and event of a file, in the order of the file.
// assemble() makes the same trace of it again.
#pragma once

#include <cstdio>

#include "decoder/input/generation.h"
#include "decoder/order/trace.h"
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
class OrderedDump : public EventSink {
 public:
  OrderedDump(std::FILE* out, int64_t from, int64_t to, const NameOptions& names, bool frames)
      : out_(out), from_(from), to_(to), frames_(frames), names_(stacks_, names) {}
  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;

  // Before the first event: the attachments that are known.
  void attach(const Trace& trace) { stacks_.attach(trace.name(), trace.attachments()); }

  const Names& names() const { return names_; }

 private:
  std::string comment(const Generation& generation, const EventView& event);

  std::FILE* out_;
  int64_t from_;
  int64_t to_;
  bool frames_;
  StackTable stacks_;
  Names names_;
  Clock clock_;
  bool started_ = false;
};

}  // namespace thrace
