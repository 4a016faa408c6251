// wakes: who wakes whom, and for nothing how often.
#include "decoder/report/honesty.h"
#include "decoder/report/wake_pairs.h"
#include "decoder/verbs/report_options.h"

namespace thrace {

void add_wakes(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("wakes", "who wakes whom, where, and for nothing how often");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  verb->footer(
      "A wake is futile if the woken thread waits for the same object again within 10 us, without\n"
      "a system call or a wake of its own in between but unlocks.");
  verb->callback([options, &status] {
    WakePairs pairs;
    int printed = kExitFine;
    const int read = report(*options, {&pairs}, [&](const Analysis& analysis, Names& names) {
      printed = print_report(pairs.table(analysis, names), *options);
      if (printed == kExitFine && options->output() == Format::Text)
        print_honesty(analysis, stdout);
    });
    status = printed == kExitFine ? read : printed;
  });
}

}  // namespace thrace
