// The line that ends every report: how much was seen, and what was not.  Outputs that have no place
// for it have a line on standard error instead, if something was lost.
#pragma once

#include <cstdio>

#include "decoder/report/analysis.h"

namespace thrace {

// One line of text, after an empty one.
void print_honesty(const Analysis& analysis, std::FILE* out);

// A line on what is missing, after what was printed on standard output; nothing if all is there.
void print_loss(const Analysis& analysis, std::FILE* out);
void print_loss(const Trace& trace, std::FILE* out);

}  // namespace thrace
