// locks: what each object that was waited for has cost, and who woke the waiters.
#include "decoder/report/blame.h"
#include "decoder/report/honesty.h"
#include "decoder/report/object_table.h"
#include "decoder/verbs/report_options.h"

namespace thrace {

void add_locks(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("locks", "waits by object: how often, how long, who woke");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  verb->footer(
      "An object is anything that a thread waited for: mutex, rwlock, condition variable, futex,\n"
      "thread (join) and so on.  p99 is exact within 3 %.  A wait that a signal handler "
      "interrupted\n"
      "counts once.  Percentages are shares of the total wait.\n"
      "--blame lists pairs of lines: where threads waited, and where the one that ended the wait\n"
      "released.");
  auto by_site = std::make_shared<bool>(false);
  verb->add_flag("--blame", *by_site, "which line made which line wait, instead of the objects");
  verb->callback([options, by_site, &status] {
    int printed = kExitFine;
    const int read = report(*options, {}, [&](const Analysis& analysis, Names& names) {
      printed = print_report(
          *by_site ? blame_table(blame(analysis, names)) : object_table(analysis, names), *options);
      if (printed == kExitFine && options->output() == Format::Text)
        print_honesty(analysis, stdout);
    });
    status = printed == kExitFine ? read : printed;
  });
}

}  // namespace thrace
