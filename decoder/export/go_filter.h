// A filter in front of the Go export: from the whole stream of a trace to one that has the picked
// threads in the window only, and is as legal.
//
// Threads that live when the window begins are introduced by a status.  A wait that is not picked
// is left out, so that its thread seems to run; with an object or a function, so are all system
// calls, whose stacks are known too late.
#pragma once

#include "decoder/export/go_export.h"
#include "decoder/report/thread_names.h"

namespace thrace {

class GoFilter : public EventSink {
 public:
  // `sink`, and `stacks`, which it fills, must live as long as this object, and so must `picker`.
  GoFilter(GoExport& sink, StackTable& stacks, Picker& picker)
      : sink_(sink), stacks_(stacks), picker_(picker), threads_(picker) {}

  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;
  void end(const Generation& generation) override { sink_.end(generation); }

 private:
  struct Runner {  // an M
    uint64_t m = 0;
    Task before;          // its G before the event at hand; g 0: none
    bool begun = false;   // the reader of the export knows it
    bool hidden = false;  // it is in a wait or call that is left out
  };

  void open(const Generation& generation, const OrderedEvent& event);
  void introduce(const Generation& generation, const OrderedEvent& event, Runner& runner);
  void pass(const Generation& generation, const OrderedEvent& ordered, EventView event,
            Runner& runner);
  bool picks_wait(const Generation& generation, const EventView& event, uint64_t object);
  bool picks_all() const;

  GoExport& sink_;
  StackTable& stacks_;
  Picker& picker_;
  ThreadNames threads_;
  Clock clock_;
  bool started_ = false;
  bool opened_ = false;
  IdMap<Runner> runners_;  // by M
};

}  // namespace thrace
