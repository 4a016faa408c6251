// The table of threads: how long each was in each state.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// A thread, or all threads of a group added up.
struct ThreadSum {
  ThreadRow row;
  uint64_t threads = 1;
  std::string state;  // at the end
};

// The threads that the filter picks; grouped, if it says so.
std::vector<ThreadSum> thread_sums(const Analysis& analysis, const Filter& filter);

// One row for each of them.
Table thread_table(const Analysis& analysis, Names& names, const Filter& filter);

}  // namespace thrace
