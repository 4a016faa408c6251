// threads: how long each thread was in each state.
#include "decoder/report/honesty.h"
#include "decoder/report/thread_table.h"
#include "decoder/verbs/report_options.h"

namespace thrace {

void add_threads(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("threads", "time in each state, by thread");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  verb->callback([options, &status] {
    int printed = kExitFine;
    const int read = report(*options, {}, [&](const Analysis& analysis, Names& names) {
      printed = print_report(thread_table(analysis, names, options->filter), *options);
      if (printed == kExitFine && options->output() == Format::Text)
        print_honesty(analysis, stdout);
    });
    status = printed == kExitFine ? read : printed;
  });
}

}  // namespace thrace
