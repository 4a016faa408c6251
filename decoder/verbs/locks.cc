// locks: what each object that was waited for has cost, who woke the waiters, who held it.
#include "decoder/report/blame.h"
#include "decoder/report/object_table.h"
#include "decoder/verbs/report_output.h"

namespace thrace {
namespace {

struct LocksOptions {
  ReportOptions report;
  bool blame = false;
  bool handover = false;
};

int run(const LocksOptions& options) {
  HandoverPairs pairs;
  return report(options.report, {&pairs}, [&](const Analysis& analysis, Names& names) {
    Section section = {"objects", "", {}};
    if (options.blame)
      section = {"blame", "", blame_table(blame(analysis, names))};
    else if (options.handover)
      section = {"handovers", "", pairs.table(analysis, names)};
    else
      section.table = object_table(analysis, names);
    return print_report(analysis, {}, {section}, options.report);
  });
}

}  // namespace

void add_locks(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("locks", "waits by object: how often, how long, who caused them");
  auto options = std::make_shared<LocksOptions>();
  options->report.add(*verb, "");
  auto* blame = verb->add_flag("--blame", options->blame,
                               "which line made which line wait, instead of the objects");
  verb->add_flag("--handover", options->handover,
                 "how locks went from thread to thread: gaps, order, queues, convoys")
      ->excludes(blame);
  verb->footer(
      "An object is anything that a thread waited for: mutex, rwlock, condition variable, futex,\n"
      "thread (join) and so on.  p50 and p99 are exact within 3 %.  A wait that a signal handler\n"
      "interrupted counts once.  Percentages are shares of the total wait.\n"
      "--thread and --function pick the waits by who waits, whoever held or released; gaps, "
      "queues\n"
      "and convoys are those of all who wait.\n"
      "caused: how long threads waited while others held the object: 3 ms if three waited 1 ms.\n"
      "For a futex a wake counts as its release, for a barrier an arrival.\n"
      "--blame lists pairs of lines: where threads waited, and where a lock was released "
      "meanwhile\n"
      "(each release is charged with the time since the one before it, though it may hand the "
      "lock\n"
      "to others), or where what they waited for was done.\n"
      "--handover: out of order is a thread that got the lock before one that had come earlier;\n"
      "stolen, a release by a thread that had got it past the queue; a gap, the time from a "
      "release\n"
      "until the next one had the lock; a convoy, ten hand-overs or more in a row while somebody\n"
      "always waited.");
  verb->callback([options, &status] {
    if (options->report.key.empty() && options->handover) options->report.key = "contended";
    status = run(*options);
  });
}

}  // namespace thrace
