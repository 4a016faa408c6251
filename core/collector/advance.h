// Generations: publishing the next one, waiting until all have left the old one, closing it (T5).
#pragma once

#include <cstdint>
#include <vector>

#include "core/collector/clock.h"
#include "core/collector/drain.h"
#include "core/collector/process_table.h"

namespace thrace::collector {

// How long a thread may stay inside a gate of the old generation.
inline constexpr uint64_t kPatience = 1'000'000'000;  // ns

class Advance {
 public:
  Advance(char* base, ProcessTable& processes, ThreadTable& threads, Drain& drain, Encoder& encoder,
          Clock& clock);

  bool under_way() const { return under_way_; }

  // True if any M has written in the current generation.
  bool anything_written();

  // Publishes the next generation.  Not while one is under way.  `now`: CLOCK_MONOTONIC, ns.
  void begin(uint64_t now);

  // Goes on with the one that is under way, as far as can be without waiting.
  void step(uint64_t now);

  // A process is gone: all its generations are closed, the last one with `reason`.
  void close(ProcessState& process, EndReason reason);

 private:
  void note(MState& m);
  bool has_passed(const MState& m) const;
  void complete(MState& m);
  void look_at_files(ProcessState& process);
  void close_old(ProcessState& process);
  void end(GenerationText& text, EndReason reason, uint64_t time);
  void mark_vanished(uint64_t now);

  char* base_;
  ProcessTable& processes_;
  ThreadTable& threads_;
  Drain& drain_;
  Encoder& encoder_;
  Clock& clock_;
  ClockReading start_;  // of the newest generation
  uint32_t gen_ = 1;    // the newest; while under way the old one is gen_ - 1
  bool under_way_ = false;
  uint64_t deadline_ = 0;
  uint64_t next_look_ = 0;  // for threads that vanished
};

}  // namespace thrace::collector
