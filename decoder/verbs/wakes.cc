// wakes: who wakes whom, how late the woken run, and which wakes were for nothing.
#include "decoder/report/wake_report.h"
#include "decoder/verbs/report_output.h"

namespace thrace {

void add_wakes(CLI::App& app, int& status) {
  auto* verb =
      app.add_subcommand("wakes", "who wakes whom, where, how late they run, which in vain");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  options->add_tables(*verb, {"pairs", "nobody", "herds", "latency"});
  verb->footer(
      "A wake is futile if the woken thread waits for the same object again within 10 us, without\n"
      "a system call or a wake of its own in between but unlocks.  A signal is for nobody if no\n"
      "thread waited for its condition variable: that is lost, unless the program looks at what\n"
      "was signalled before it waits.  A herd is a wake that ended three waits or more.\n"
      "--thread and --function pick the wakes by those who wake or are woken; signals for nobody\n"
      "and herds, by those who wake.");
  verb->callback([options, &status] {
    WakeReport wakes;
    status = report(*options, {&wakes}, [&](const Analysis& analysis, Names& names) {
      return print_report(analysis, wakes.sentences(analysis, names),
                          wakes.sections(analysis, names), *options);
    });
  });
}

}  // namespace thrace
