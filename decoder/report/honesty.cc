// The honesty line.
#include "decoder/report/honesty.h"

#include <fmt/core.h>

#include "decoder/report/table.h"

namespace thrace {

void print_honesty(const Analysis& analysis, std::FILE* out) {
  fmt::print(out, "\n{} events in {}, {} lost", analysis.events, duration_text(analysis.duration()),
             analysis.lost);
  if (analysis.skipped != 0) fmt::print(out, ", {} not placed", analysis.skipped);
  if (!analysis.complete) fmt::print(out, ", the trace is not complete");
  fmt::print(out,
             "; not seen: waits in calls that are not interposed, and when the kernel preempted "
             "a running thread\n");
}

}  // namespace thrace
