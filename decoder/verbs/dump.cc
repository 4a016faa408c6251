// dump: the text twin of a trace, or its merged stream.
#include "decoder/text/dump.h"

#include <fmt/core.h>

#include "decoder/input/progress_line.h"
#include "decoder/order/trace.h"
#include "decoder/verbs/report_options.h"

namespace thrace {
namespace {

int dump_file_order(Source source) {
  Problems problems;
  Reader reader(std::move(source.input), source.name, problems);
  if (!reader.open()) {
    print_problems(problems);
    return kExitUnreadable;
  }
  dump_header(reader.header(), stdout);
  Generation generation;
  while (reader.next(generation)) dump_generation(generation, stdout);
  if (reader.closed()) dump_index(stdout);
  print_problems(problems);
  return problems.empty() ? kExitFine : kExitDamaged;
}

struct DumpOptions {
  std::string file;
  bool ordered = false;
  bool stacks = false;
  Filter filter;
  size_t rows = 0;
  NameOptions names;
};

int dump_ordered(Source source, const DumpOptions& options) {
  Trace trace(std::move(source));
  if (!trace.open()) {
    print_problems(trace.problems());
    return kExitUnreadable;
  }
  OrderedDump sink(stdout, options.filter, options.rows, options.names, options.stacks);
  sink.attach(trace);
  trace.run(sink);
  std::fflush(stdout);
  print_notes(sink.names());
  print_problems(trace.problems());
  return trace.problems().empty() ? kExitFine : kExitDamaged;
}

}  // namespace

void add_dump(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("dump", "print a trace as text, one event per line");
  verb->footer(
      "Without --ordered the text is lossless: `trace-decode assemble` makes the same trace of "
      "it.\n"
      "Times are then in ticks, relative to the line before.  With --ordered the events of all Ms\n"
      "are merged, and times are in ns since the start of the trace.  Filters need --ordered; "
      "with\n"
      "--object or --function the end of a wait goes with its beginning.");
  auto options = std::make_shared<DumpOptions>();
  verb->add_option("FILE", options->file, "the trace; - is standard input")->required();
  verb->add_flag("--ordered", options->ordered, "print the merged stream");
  auto* stacks =
      verb->add_flag("--stacks", options->stacks, "with --ordered: the stack of each event");
  stacks->needs("--ordered");
  verb->add_option("-n,--rows", options->rows, "with --ordered: print so many events at most");
  add_filter_options(*verb, options->filter);
  for (CLI::Option* option : verb->get_options())
    if (option->get_group() == "Filters") option->needs("--ordered");
  add_name_options(*verb, options->names);
  verb->callback([options, &status] {
    ProgressLine::keep_quiet_on_terminal();
    Problems problems;
    auto sources = open_source(options->file, problems);
    print_problems(problems);
    if (sources.empty()) status = kExitUnreadable;
    for (Source& source : sources)
      status = worse(status, options->ordered ? dump_ordered(std::move(source), *options)
                                              : dump_file_order(std::move(source)));
  });
}

}  // namespace thrace
