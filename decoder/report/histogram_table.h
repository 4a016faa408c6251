// A histogram as a table: one row for each power of two.
#pragma once

#include "decoder/report/histogram.h"
#include "decoder/report/table.h"

namespace thrace {

Table histogram_table(const Histogram& histogram);

}  // namespace thrace
