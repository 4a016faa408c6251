// syscalls: how often, how long and with which errors the program called the kernel.
#include "decoder/report/call_report.h"
#include "decoder/verbs/report_output.h"

namespace thrace {

void add_syscalls(CLI::App& app, int& status) {
  auto* verb =
      app.add_subcommand("syscalls", "calls, errors and times, by call and kind of descriptor");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "total");
  options->add_tables(*verb, {"calls", "errors", "latency"});
  verb->footer(
      "Calls that took longer than 20 us are slow; they have a stack.  Those that did not end,\n"
      "with their thread or the trace, are `unfinished` and have none; other columns leave them\n"
      "out.  What a descriptor stands for is what the collector found at its number at some\n"
      "moment of the same generation.  --object picks waits, not calls; --function only slow\n"
      "calls.");
  verb->callback([options, &status] {
    CallReport calls;
    status = report(*options, {&calls}, [&](const Analysis& analysis, Names& names) {
      return print_report(analysis, calls.sentences(analysis, names), calls.sections(names),
                          *options);
    });
  });
}

}  // namespace thrace
