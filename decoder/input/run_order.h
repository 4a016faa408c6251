// The order in which the traces of one run are read: that of their starts.
#pragma once

#include <string>
#include <vector>

namespace thrace {

// The paths, the trace that started first in front, so that its start is time 0 of the run.  What
// does not tell when it started (standard input, an arena, no trace at all) comes before the
// others.
std::vector<std::string> in_order_of_start(const std::vector<std::string>& paths);

}  // namespace thrace
