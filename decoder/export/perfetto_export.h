// The export to Perfetto, as a protobuf trace for ui.perfetto.dev and trace_processor.
//
// A process has counters (running, blocked, lost events) and its threads.  A thread has a track
// with its waits, with stacks and owners, its system calls and losses, and below it a track with
// its state.  Waits for a lock that somebody holds are called as the lock contention view of the UI
// wants it.  Who woke whom is a flow between two instants: in what the waker does (with its stack),
// and just after the wait; a flow that ended in the wait would be drawn from the wait to the waker.
// Locks have tracks of their own (perfetto_locks.h).
//
// Times are those of CLOCK_MONOTONIC.  A trace has no CLOCK_BOOTTIME, which Perfetto wants: it is
// given as the same, as if the machine had never slept.
#pragma once

#include <cstdio>
#include <map>
#include <vector>

#include "decoder/export/perfetto_locks.h"
#include "decoder/export/perfetto_writer.h"
#include "decoder/export/timeline.h"
#include "decoder/stacks/names.h"

namespace thrace {

class PerfettoExport : public TimelineSink {
 public:
  // `stacks` and `names` must live as long as this object.
  PerfettoExport(const StackTable& stacks, Names& names, std::FILE* out)
      : names_(names), writer_(stacks, names, out), locks_(writer_, names) {}

  void process(const Process& process) override;
  void track(const Track& track) override;
  void slice(const Slice& slice) override;
  void edge(const WakeEdge& edge) override;
  void counts(const Process& process, const Counts& counts) override;
  void waits(const Slice& slice) override;
  void releases(const Track& track, int64_t time, uint64_t object) override;
  void ended(const Process& process, const Trace& trace) override;

  // Ends the states.  False, with errno, if something could not be written.
  bool finish();

 private:
  struct State {  // of a track
    bool shown = false;
    bool open = false;
    int64_t until = 0;
  };

  struct Owner {  // the latest track with a tid of the kernel
    uint64_t track = 0;
    uint64_t tid = 0;  // as it is shown
  };

  uint64_t stamp(int64_t time) const;
  std::string slice_name(const Slice& slice) const;
  void state(const Slice& slice);
  void set_state(uint64_t track, int64_t time, std::string_view name);
  perfetto::TrackEvent& instant(const Track& track, int64_t time, const std::string& name,
                                const WakeEdge& edge);
  void describe(perfetto::TrackEvent& event, const Slice& slice);
  void set_callstack(perfetto::TrackEvent& event, StackId stack);
  perfetto::DebugAnnotation& annotate(perfetto::TrackEvent& event, std::string_view name);
  void annotate(perfetto::TrackEvent& event, std::string_view name, std::string_view value);

  Names& names_;
  PerfettoWriter writer_;
  PerfettoLocks locks_;
  bool any_ = false;
  uint64_t base_ = 0;                 // CLOCK_MONOTONIC at time 0
  std::vector<State> states_;         // by number of the track
  std::map<uint64_t, Owner> owners_;  // of this process, by the kernel's tid
  Counts shown_;                      // of the process under way
  bool any_counts_ = false;
};

}  // namespace thrace
