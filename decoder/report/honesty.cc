// The honesty line.
#include "decoder/report/honesty.h"

#include <fmt/core.h>

#include "decoder/report/table.h"
#include "decoder/text/style.h"

namespace thrace {
namespace {

std::string skipped_text(uint64_t skipped) {
  return skipped == 0 ? "" : fmt::format(", {} not placed", skipped);
}

std::string beyond_text(uint64_t beyond) {
  return beyond == 0 ? ""
                     : fmt::format(", {} parts of costs together as {}, beyond {} sums", beyond,
                                   kOther, kMostSums);
}

std::string unseen_text(uint64_t threads, uint64_t processes) {
  return threads == 0 && processes == 0
             ? ""
             : fmt::format(", {} and {} ran unrecorded", count_text(threads, "thread"),
                           count_text(processes, "process"));
}

void print_loss(uint64_t events, uint64_t lost, const std::string& rest, std::FILE* out) {
  if (lost == 0 && rest.empty()) return;
  std::fflush(stdout);
  fmt::print(out, "trace-decode: {}, {} lost{}\n", count_text(events, "event"), lost, rest);
}

}  // namespace

void print_honesty(const Analysis& analysis, std::FILE* out) {
  std::string text = fmt::format("{} in {}, {} lost", count_text(analysis.events, "event"),
                                 duration_text(analysis.duration()), analysis.lost);
  if (analysis.looked_at() != analysis.duration())
    text += fmt::format(", looked at {} of it", duration_text(analysis.looked_at()));
  text += skipped_text(analysis.skipped) + beyond_text(analysis.beyond());
  if (!analysis.complete) text += ", the trace is not complete";
  const std::string unseen = unseen_text(analysis.unseen_threads, analysis.unseen_processes);
  text += unseen +
          "; not seen: waits in calls that are not interposed, and when the kernel preempted a "
          "running thread";
  const bool whole =
      analysis.lost == 0 && analysis.skipped == 0 && analysis.complete && unseen.empty();
  fmt::print(out, "\n{}\n", emphasise(text, whole ? Emphasis::Faint : Emphasis::Alarm, out));
}

// That a trace is not complete, its problems tell.
void print_loss(const Analysis& analysis, std::FILE* out) {
  print_loss(analysis.events, analysis.lost,
             skipped_text(analysis.skipped) + beyond_text(analysis.beyond()) +
                 unseen_text(analysis.unseen_threads, analysis.unseen_processes),
             out);
}

void print_loss(const Trace& trace, std::FILE* out) {
  print_loss(
      trace.events(), trace.lost(),
      skipped_text(trace.skipped()) + unseen_text(trace.unseen_threads(), trace.unseen_processes()),
      out);
}

}  // namespace thrace
