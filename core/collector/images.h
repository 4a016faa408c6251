// The files of one process image that nobody will find when its trace is read: those without a name
// any more, and the vdso.  A copy of each comes into the trace, once.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/collector/maps.h"
#include "core/collector/modules.h"
#include "core/collector/trace_sink.h"

namespace thrace::collector {

class Images {
 public:
  // Takes hold of the program's own file: it can be read after the process has ended.
  explicit Images(int32_t pid);

  // Looks for such files and hands them to the sink.  `mappings`: of the process, which lives.
  void keep(const std::vector<Mapping>& mappings, const Modules& modules, TraceSink& sink);

  // The same for one that is gone: its own file and the vdso are still at hand.
  void keep_last(const Modules& modules, TraceSink& sink);

 private:
  void keep(const Module& module, TraceSink& sink, Descriptor file, std::string bytes = {});
  Descriptor open(const Mapping& mapping) const;

  int32_t pid_;
  Descriptor executable_;
  std::set<std::string> kept_;  // by build-id and path
  uint64_t bytes_ = 0;
};

}  // namespace thrace::collector
