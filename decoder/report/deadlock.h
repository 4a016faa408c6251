// Threads that wait for each other when the trace ends, and so for ever.
#pragma once

#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The cycles of open waits: indices into Analysis::open, each wait followed by the one of the
// thread that holds what it is for.  One index: a thread that waits for what it holds itself.
std::vector<std::vector<uint32_t>> deadlocks(const Analysis& analysis);

// A cycle in words.
std::string deadlock_text(const Analysis& analysis, const std::vector<uint32_t>& cycle,
                          Names& names);

}  // namespace thrace
