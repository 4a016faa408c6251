// Single waits as a table, and with their stacks.
#pragma once

#include <cstdio>
#include <vector>

#include "decoder/report/chain.h"

namespace thrace {

// One row for each wait, in this order, numbered from 1; with the last link of its chain.
Table wait_table(const Analysis& analysis, const std::vector<EndedWait>& waits,
                 const std::vector<std::vector<Link>>& chains, Names& names);

// The stacks of a wait and of its release, under its number in the table.
void print_wait_stacks(const Analysis& analysis, const EndedWait& wait, size_t number, Names& names,
                       std::FILE* out);

}  // namespace thrace
