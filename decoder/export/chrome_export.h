// The export to the Trace Event Format, the JSON that chrome://tracing, Perfetto, speedscope and
// others read.
//
// A thread's states are complete events (X), one after the other.  Who woke whom is a flow (s, f):
// it goes from a slice of no length, "wakes", inside of what the waker does, to another one, "woken
// by", where the woken thread runs again; a flow that ended in the wait itself would be drawn from
// the wait to the waker.  Times are in us since the start of the first trace, with three decimals.
// Everything is written as soon as it is known.
#pragma once

#include <cstdio>

#include "decoder/export/timeline.h"
#include "decoder/stacks/names.h"

namespace thrace {

class ChromeExport : public TimelineSink {
 public:
  // Writes the beginning.  `names` must live as long as this object.
  ChromeExport(const StackTable& stacks, Names& names, std::FILE* out);

  void process(const Process& process) override;
  void track(const Track& track) override;
  void slice(const Slice& slice) override;
  void edge(const WakeEdge& edge) override;
  void counts(const Process& process, const Counts& counts) override;

  // Writes the end.  False, with errno, if something could not be written.
  bool finish();

 private:
  void add(const char* phase, const char* category, std::string_view name, const Track& track,
           int64_t time, const std::string& more);
  void add(const std::string& event);
  void write(std::string_view text);

  Names& names_;
  std::FILE* out_;
  bool any_ = false;
  uint64_t lost_ = 0;  // of the process under way, as shown
};

}  // namespace thrace
