// waits: the longest single waits, with the stacks of the wait and of the release.
#include "decoder/report/honesty.h"
#include "decoder/report/worst_waits.h"
#include "decoder/verbs/report_options.h"

namespace thrace {
namespace {

constexpr size_t kDefaultRows = 10;

}  // namespace

void add_waits(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("waits", "the longest single waits, with their stacks");
  auto options = std::make_shared<ReportOptions>();
  options->rows = kDefaultRows;
  options->add(*verb, "");
  verb->footer("A wait that the trace does not see the end of has the outcome `open`.");
  verb->callback([options, &status] {
    WorstWaits worst(options->rows ? options->rows : kDefaultRows);
    status = report(*options, {&worst}, [&](const Analysis& analysis, Names& names) {
      const std::vector<EndedWait> waits = worst.waits();
      print_report(wait_table(analysis, waits, names), *options);
      if (options->output() != Format::Text) return;
      print_wait_stacks(analysis, waits, names, stdout);
      print_honesty(analysis, stdout);
    });
  });
}

}  // namespace thrace
