// One trace from its first byte to its last: reader and merge joined, and what is known at the end.
#pragma once

#include <string>

#include "decoder/input/reader.h"
#include "decoder/input/source.h"
#include "decoder/order/merge.h"

namespace thrace {

class Trace {
 public:
  explicit Trace(Source source);

  // Reads the header.  False if nothing can be read: problems() says why.
  bool open();

  // Reads all generations and sends the ordered events to `sink`.
  void run(EventSink& sink);

  // The same in steps: reads the first generation; `sink` must live until the trace is over.
  void start(EventSink& sink);

  // True once all events were sent.
  bool over() const { return over_; }

  // The time of the next event, in ticks; until the trace is over.
  uint64_t next_time() const { return merge_.next_time(); }

  // Sends at least one event, and then those that are not later than `until` (ticks).
  void run_until(uint64_t until);

  const std::string& name() const { return name_; }
  const FileHeader& header() const { return reader_.header(); }
  const Problems& problems() const { return problems_; }
  Problems& problems() { return problems_; }
  const std::vector<Attachment>& attachments() const { return reader_.attachments(); }
  const StateMachine& machine() const { return merge_.machine(); }

  // The clock of the first generation; valid once it was read, as start() does.
  const Clock& clock() const { return clock_; }

  uint64_t events() const { return merge_.events(); }    // of the guest, in order
  uint64_t skipped() const { return merge_.skipped(); }  // could not be placed after a loss
  uint64_t lost() const { return merge_.lost(); }        // that the guest could not record
  uint64_t generations() const { return generations_; }
  uint64_t first_generation() const { return first_generation_; }
  uint64_t bytes() const { return reader_.offset(); }  // of the file
  uint64_t expanded() const { return expanded_; }      // bytes of the generations

  // Threads and processes of the session that ran unrecorded.
  uint64_t unseen_threads() const { return unseen_threads_; }
  uint64_t unseen_processes() const { return unseen_processes_; }

  // Why the recording ended; None if the file does not say.
  EndReason end() const { return end_; }

  // The time of the last event or clock reading, in ns since the start.
  int64_t duration() const { return clock_.since_start(last_time_); }
  uint64_t last_time() const { return last_time_; }

 private:
  void read_generation();
  void end_generation();

  std::string name_;
  Problems problems_;
  Reader reader_;
  Merge merge_;
  Generation generation_;
  EventSink* sink_ = nullptr;
  bool over_ = false;
  Clock clock_;
  uint64_t generations_ = 0;
  uint64_t first_generation_ = 0;
  uint64_t expanded_ = 0;
  uint64_t last_time_ = 0;
  uint64_t unseen_threads_ = 0;
  uint64_t unseen_processes_ = 0;
  EndReason end_ = EndReason::None;
};

// True if all problems are only that the end of the recording is missing.
bool only_cut(const Problems& problems);

}  // namespace thrace
