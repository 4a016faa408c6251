// dump: the text twin of a trace, or its merged stream.
#include "decoder/text/dump.h"

#include <fmt/core.h>

#include "decoder/input/progress_line.h"
#include "decoder/text/ordered_dump.h"
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
  std::vector<std::string> files;
  bool ordered = false;
  bool stacks = false;
  Filter filter;
  size_t rows = 0;
  NameOptions names;
};

int dump_twin(const std::string& path) {
  Problems problems;
  auto sources = open_source(path, problems);
  print_problems(problems);
  int status = sources.empty() ? kExitUnreadable : kExitFine;
  for (Source& source : sources) status = worse(status, dump_file_order(std::move(source)));
  return status;
}

int dump_ordered(const DumpOptions& options) {
  Problems problems;
  RunDump run({.out = stdout, .rows = options.rows, .stacks = options.stacks}, options.filter,
              options.names);
  const size_t readable = merge_run(options.files, run, problems);
  std::fflush(stdout);
  print_notes(run.notes());
  print_problems(problems);
  if (readable == 0) return kExitUnreadable;
  return problems.empty() ? kExitFine : kExitDamaged;
}

}  // namespace

void add_dump(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("dump", "print a trace as text, one event per line");
  verb->footer(
      "Without --ordered the text is lossless: `trace-decode assemble` makes the same trace of\n"
      "it.  Times are then in ticks, relative to the line before.  With --ordered the events of\n"
      "all Ms, of all files of a run, are merged, and times are in ns since the start of the\n"
      "first trace; with several files, each line has the pid.  Filters need --ordered; with\n"
      "--object or --function the end of a wait goes with its beginning.");
  auto options = std::make_shared<DumpOptions>();
  add_files(*verb, options->files,
            "the trace, with --ordered traces of one run; - is standard input");
  verb->add_flag("--ordered", options->ordered, "print the merged stream");
  auto* stacks =
      verb->add_flag("--stacks", options->stacks, "with --ordered: the stack of each event");
  stacks->needs("--ordered");
  verb->add_option("-n,--rows", options->rows, "with --ordered: print so many events at most")
      ->needs("--ordered");
  add_filter_options(*verb, options->files, options->filter);
  for (CLI::Option* option : verb->get_options())
    if (option->get_group() == "Filters") option->needs("--ordered");
  add_name_options(*verb, options->names);
  verb->callback([options, &status] {
    ProgressLine::keep_quiet_on_terminal();
    if (!options->ordered && options->files.size() > 1)
      throw CLI::ValidationError("FILE", "is one trace, unless --ordered merges several");
    status = options->ordered ? dump_ordered(*options) : dump_twin(options->files.front());
  });
}

}  // namespace thrace
