// The honesty line.
#include "decoder/report/honesty.h"

#include <fmt/core.h>

#include "decoder/report/table.h"
#include "decoder/text/style.h"

namespace thrace {

void print_honesty(const Analysis& analysis, std::FILE* out) {
  std::string text = fmt::format("{} events in {}, {} lost", analysis.events,
                                 duration_text(analysis.duration()), analysis.lost);
  if (analysis.looked_at() != analysis.duration())
    text += fmt::format(", looked at {} of it", duration_text(analysis.looked_at()));
  if (analysis.skipped != 0) text += fmt::format(", {} not placed", analysis.skipped);
  if (!analysis.complete) text += ", the trace is not complete";
  const bool unseen = analysis.unseen_threads != 0 || analysis.unseen_processes != 0;
  if (unseen)
    text += fmt::format(", {} threads and {} processes ran unrecorded", analysis.unseen_threads,
                        analysis.unseen_processes);
  text +=
      "; not seen: waits in calls that are not interposed, and when the kernel preempted a "
      "running thread";
  const bool whole = analysis.lost == 0 && analysis.skipped == 0 && analysis.complete && !unseen;
  fmt::print(out, "\n{}\n", emphasise(text, whole ? Emphasis::Faint : Emphasis::Alarm, out));
}

}  // namespace thrace
