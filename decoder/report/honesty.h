// The line that ends every report: how much was seen, and what was not.
#pragma once

#include <cstdio>

#include "decoder/report/analysis.h"

namespace thrace {

// One line of text, after an empty one.
void print_honesty(const Analysis& analysis, std::FILE* out);

}  // namespace thrace
