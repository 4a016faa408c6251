// When a run ends, for those who must know it before they read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thrace {

// The latest time of the traces at `paths`, in ns since the start of the one that started first:
// that of the last event or clock reading, as Trace::duration().  Reads all of them once, whether
// or not they have an index; what is wrong with them is for whoever reads them next to say.  0 if
// none can be read.
int64_t run_end(const std::vector<std::string>& paths);

}  // namespace thrace
