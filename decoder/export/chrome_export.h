// The export to the Trace Event Format, the JSON that chrome://tracing, Perfetto, speedscope and
// others read.
//
// A thread's states are complete events (X), one after the other.  Who woke whom is a flow (s, f):
// it goes from a slice of no length, "wakes", inside of what the waker does, to another one, "woken
// by", where the woken thread runs again; a flow that ended in the wait itself would be drawn from
// the wait to the waker.  Times are in us since the start of the first trace, with three decimals.
// Everything is written when it is known.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

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
  template <typename Form, typename... Args>
  void put(const Form& form, const Args&... args);
  void put_micros(int64_t ns);  // as microseconds
  void put_count(const Process& process, int64_t time);
  void next();
  void begin(const char* phase, const char* category, std::string_view name, const Track& track,
             int64_t time);
  void instant(const char* phase, std::string_view name, const Track& track, int64_t time,
               const WakeEdge& edge, std::string_view more);
  void flush();

  // Texts as they stand in JSON; they are needed again and again.
  const std::string& object(const Slice& wait);
  const std::string& site(StackId stack);

  Names& names_;
  std::FILE* out_;
  fmt::memory_buffer bytes_;
  bool any_ = false;
  uint64_t lost_ = 0;                // of the process under way, as shown
  std::vector<std::string> titles_;  // of tracks, by number
  std::vector<std::string> sites_;   // by stack
  std::map<std::pair<ModuleIndex, uint64_t>, std::string> objects_;  // by module and address
};

}  // namespace thrace
