// The export to pprof: where a program waits, what its locks cost and who wakes, as profiles that
// `go tool pprof` and other viewers read.
//
// A sample is a stack, the thread whose stack it is, and the object: how often, and how long.
// Frames that were inlined are lines of one location; modules are mappings with their build-ids.
// Format: profile.proto of github.com/google/pprof, compressed by gzip.
#pragma once

#include <cstdio>
#include <string_view>

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

enum class PprofKind : uint8_t {
  Block,  // all waits, also those that were open at the end, by the stack of the wait
  Mutex,  // waits for mutexes, rwlocks and spin locks, by the stack of the release that ended them
  Wake,   // waits of all kinds that a Wake ended, by the stack of the Wake
  Syscall,  // system calls that blocked, by their stack
};

// A kind by its name in --what; nullptr if there is none.
struct PprofWhat {
  std::string_view name;
  PprofKind kind;
  std::string_view unit;  // of the numbers, in a word: "contentions"
  std::string_view doc;
};
std::span<const PprofWhat> pprof_whats();
const PprofWhat* find_pprof_what(std::string_view name);

class PprofExport : public Observer {
 public:
  explicit PprofExport(const PprofWhat& what) : what_(what) {}

  void wait(const EndedWait& wait) override;
  void woken(const EndedWait& wait) override;
  void call(const EndedCall& call) override;

  // Writes the profile.  False, with errno, if `out` cannot be written.
  bool write(const Analysis& analysis, Names& names, std::FILE* out) const;

 private:
  const PprofWhat& what_;
  Costs<3> costs_;  // by thread, stack, object (Syscall: number of the call)
};

}  // namespace thrace
