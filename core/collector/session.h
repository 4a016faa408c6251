// The loop of the collector: from the first process of a session to the end of the last.
#pragma once

#include <cstdint>

#include "core/collector/advance.h"
#include "core/collector/arena_file.h"
#include "core/collector/arrivals.h"
#include "core/collector/options.h"
#include "core/collector/preview.h"
#include "core/collector/writing_thread.h"

namespace thrace::collector {

class Session {
 public:
  // `base`: the arena, open.  `root`: a pidfd of Options::root_pid, -1: none.
  // `signals`: a signalfd that is readable when the collector is told to stop.  `growth`: what the
  // arena still lacks.
  Session(char* base, const Options& options, Log& log, int root, int signals, ArenaGrowth& growth);

  // Returns when the session is over and all files are complete.
  void run();

 private:
  ProcessState* find_process(uint32_t slot);
  std::unique_ptr<TraceSink> open_sink(const Process& process, bool first);
  void read_name(MState& m);
  void tick(uint64_t now);
  void grow();
  void reap();
  void bury();
  bool wants_advance(uint64_t now);
  void look_at_root();
  bool is_over(uint64_t now);
  int pause() const;
  void sleep();
  void close_all(EndReason reason);

  char* base_;
  const Options& options_;
  Log& log_;
  int root_;
  int signals_;
  ArenaGrowth& growth_;
  bool growing_ = true;
  bool told_to_stop_ = false;
  bool root_gone_ = false;

  Clock clock_;
  WritingThread writer_;
  Encoder encoder_;
  ChunkStore store_;
  ProcessTable processes_;
  ThreadTable threads_;
  Drain drain_;
  Preview preview_;
  Advance advance_;
  Arrivals arrivals_;

  uint64_t started_ = 0;  // all times: CLOCK_MONOTONIC, ns
  uint64_t generation_since_ = 0;
  uint64_t handed_on_ = 0;
  uint64_t busy_until_ = 0;   // chunks came lately
  uint64_t empty_since_ = 0;  // no process is left; 0: some are
};

}  // namespace thrace::collector
