// The traces of one run as one stream in the order of time.
//
// A trace is opened when the time of its start comes near, and closed at its end, so that memory
// holds one generation of each process that lives at that moment.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decoder/order/trace.h"

namespace thrace {

// What receives the stream: a sink for each trace, each called when its events are next.
class RunSink {
 public:
  virtual ~RunSink() = default;

  // A trace was opened.  `several`: it is not the only one of the run.
  virtual std::unique_ptr<EventSink> opened(const Trace& trace, bool several) = 0;

  // All events of a trace were sent to `sink`, which opened() gave, and which goes now.
  virtual void closed(EventSink& sink) = 0;
};

// Sends the events of all traces at `paths` to `run`, none before one that is earlier.  The trace
// that started first is opened first.  Problems are added; an unreadable trace leaves the others
// alone.  The number of traces that were used.
size_t merge_run(const std::vector<std::string>& paths, RunSink& run, Problems& problems);

}  // namespace thrace
