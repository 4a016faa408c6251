// threads: how long each thread was in each state.
#include "decoder/report/thread_table.h"
#include "decoder/verbs/report_output.h"

namespace thrace {

void add_threads(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("threads", "time in each state, by thread or group of threads");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  verb->footer(
      "Times in states are those of the window; waits, wakes and calls, those that ended in it.\n"
      "--object and --function pick waits, calls and wakes, not states.");
  verb->callback([options, &status] {
    status = report(*options, {}, [&](const Analysis& analysis, Names& names) {
      return print_report(analysis, {},
                          {{"threads", "", thread_table(analysis, names, options->filter)}},
                          *options);
    });
  });
}

}  // namespace thrace
