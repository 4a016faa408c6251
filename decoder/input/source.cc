// Telling arenas from trace files.
#include "decoder/input/source.h"

#if THRACE_HAVE_SALVAGE
#include "core/format/arena_source.h"
#endif

namespace thrace {

std::vector<Source> open_source(const std::string& path, Problems& problems) {
  std::vector<Source> sources;
  std::string error;
#if THRACE_HAVE_SALVAGE
  if (path != "-" && is_arena(path)) {
    for (SalvagedTrace& trace : salvage_arena(path, error))
      sources.push_back({path + ":" + trace.name, memory_input(std::move(trace.data))});
    if (sources.empty() && error.empty()) error = "is an arena in which nothing was recorded";
    if (sources.empty()) problems.push_back({path, 0, "", error});
    return sources;
  }
#endif
  if (auto input = open_input(path, error))
    sources.push_back({path, std::move(input)});
  else
    problems.push_back({path, 0, "", error});
  return sources;
}

}  // namespace thrace
