// export: a trace in the format of another tool.
#include <fmt/core.h>

#include "decoder/export/pprof_export.h"
#include "decoder/report/folded.h"
#include "decoder/verbs/export_formats.h"
#include "decoder/verbs/output_file.h"

namespace thrace {
namespace {

// Of what an export can be: the values of --what, the first one is the default.
enum class Whats { None, Pprof, Folded };

struct What {
  std::string name;
  std::string doc;
};

std::vector<What> whats_of(Whats whats) {
  std::vector<What> list;
  if (whats == Whats::Pprof)
    for (const PprofWhat& what : pprof_whats())
      list.push_back({std::string(what.name), std::string(what.doc)});
  if (whats == Whats::Folded)
    for (const FoldedWhat& what : folded_whats()) list.push_back({what.name, what.doc});
  return list;
}

struct ExportFormat {
  const char* name;
  Whats whats;  // those that are None draw single threads
  int (*run)(const ExportOptions&);
  const char* doc;
};
constexpr ExportFormat kFormats[] = {
    {"perfetto", Whats::None, export_perfetto,
     "a timeline for ui.perfetto.dev: states, waits with stacks and owners, who woke whom,\n"
     "  who held each lock."},
    {"chrome", Whats::None, export_chrome,
     "the same, but for stacks and locks, as Trace Event JSON, for chrome://tracing,\n"
     "  speedscope and others; about twice as large."},
    {"sqlite", Whats::None, export_sqlite,
     "a database for questions of one's own; `.schema` says what is in it."},
    {"go", Whats::None, export_go,
     "an execution trace of Go 1.23, for `go tool trace` and other viewers of it.\n"
     "  Of one process: that is its form.  Threads are goroutines there, and each has a P."},
    {"pprof", Whats::Pprof, export_pprof,
     "a profile for `go tool pprof`, which has how often and how many ns of\n"
     "  something, for each stack.  --what:"},
    {"speedscope", Whats::Folded, export_speedscope,
     "flame graphs for speedscope.app, one of all threads and one of each.  --what:"},
    {"folded", Whats::Folded, export_folded,
     "folded stacks, as `flame` prints them; --what as for speedscope."},
};

std::string names_of(const std::vector<What>& whats) {
  std::string names;
  for (const What& what : whats) names += (names.empty() ? "" : ", ") + what.name;
  return names;
}

int run(ExportOptions options) {
  const auto* format = std::find_if(std::begin(kFormats), std::end(kFormats),
                                    [&](const auto& f) { return f.name == options.format; });
  const std::vector<What> whats = whats_of(format->whats);
  const auto usage = [&](const std::string& text) {
    fmt::print(stderr, "trace-decode: --format={} {}\n", format->name, text);
    return kExitUsage;
  };
  if (format->whats == Whats::None && options.report.filter.group)
    return usage("draws each thread: --group is for profiles");
  if (format->whats == Whats::None && !options.what.empty())
    return usage("has all that happened: --what is for profiles");
  if (format->whats != Whats::None && options.what.empty()) options.what = whats.front().name;
  if (format->whats != Whats::None &&
      std::none_of(whats.begin(), whats.end(),
                   [&](const What& what) { return what.name == options.what; }))
    return usage(fmt::format("takes as --what: {}", names_of(whats)));
  if (overwrites(options.target, options.report.files)) return kExitUsage;
  return format->run(options);
}

std::string footer() {
  std::string text = "Formats:\n";
  for (const ExportFormat& format : kFormats) {
    text += fmt::format("{}: {}\n", format.name, format.doc);
    if (format.run == export_folded) continue;
    for (const What& what : whats_of(format.whats))
      text += fmt::format("    {:<9}{}\n", what.name, what.doc);
  }
  text.pop_back();
  return text;
}

}  // namespace

void add_export(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("export", "write a trace in the format of another tool");
  verb->footer(footer());
  auto options = std::make_shared<ExportOptions>();
  std::vector<std::string> formats;
  std::string list;
  for (const ExportFormat& format : kFormats) {
    formats.emplace_back(format.name);
    list += (list.empty() ? "" : ", ") + formats.back();
  }
  verb->add_option("--format", options->format, list)->required()->check(CLI::IsMember(formats));
  verb->add_option("-o,--output", options->target, "the file to write; - is standard output")
      ->required();
  verb->add_option("--what", options->what, "of what it is a profile: see below");
  options->report.add_filters(*verb);
  verb->callback([options, &status] { status = run(*options); });
}

}  // namespace thrace
