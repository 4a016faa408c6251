// export: a trace in the format of another tool.
#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "decoder/export/chrome_export.h"
#include "decoder/export/go_export.h"
#include "decoder/export/perfetto_export.h"
#include "decoder/export/pprof_export.h"
#include "decoder/verbs/output_file.h"
#include "decoder/verbs/report_options.h"

namespace thrace {
namespace {

struct ExportOptions {
  ReportOptions report;
  std::string format;
  std::string what = "block";
  std::string target;
};

int export_go(const ExportOptions& options) {
  Problems problems;
  auto sources = open_source(options.report.files.front(), problems);
  if (sources.size() > 1 || options.report.files.size() > 1)
    problems.push_back(
        {options.report.files.front(), 0, "", "is one of several traces: --format=go takes one"});
  print_problems(problems);
  if (!problems.empty()) return kExitUnreadable;
  Trace trace(std::move(sources.front()));
  if (!trace.open()) {
    print_problems(trace.problems());
    return kExitUnreadable;
  }
  OutputFile target(options.target);
  std::FILE* out = target.open();
  bool written = out != nullptr;
  if (out) {
    GoExport sink(out, options.report.names);
    sink.attach(trace);
    trace.run(sink);
    print_notes(sink.names());
    written = !sink.failed();
  }
  written = target.close(written);
  print_problems(trace.problems());
  if (!written) return kExitUnreadable;
  return trace.problems().empty() ? kExitFine : kExitDamaged;
}

int export_pprof(const ExportOptions& options) {
  PprofExport profile(*find_pprof_what(options.what));
  bool written = true;
  const int read = report(options.report, {&profile}, [&](const Analysis& analysis, Names& names) {
    OutputFile target(options.target);
    std::FILE* out = target.open();
    written = target.close(out && profile.write(analysis, names, out));
    return kExitFine;
  });
  return written ? read : kExitUnreadable;
}

// The pid of a trace; 0 if what the header has is none.
uint64_t pid_of(const Trace& trace) {
  const std::string_view text = trace.header().get("pid", "0");
  int32_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 0 ? static_cast<uint64_t>(pid) : 0;
}

// Draws all traces with a Sink(stacks, names, FILE*).
template <typename Sink>
int export_timeline(const ExportOptions& options) {
  Problems problems;
  StackTable stacks;
  Names names(stacks, options.report.names);
  TimelineNumbers numbers;
  OutputFile target(options.target);
  std::optional<Sink> sink;
  bool written = true;
  const auto draw = [&](Trace& trace) {
    if (!sink) {
      std::FILE* out = target.open();
      if (!(written = out != nullptr)) return;
      sink.emplace(stacks, names, out);
    }
    Timeline timeline(*sink, stacks, numbers, pid_of(trace),
                      std::string(trace.header().get("program", "?")));
    stacks.attach(trace.name(), trace.attachments());
    trace.run(timeline);
    timeline.finish(trace.last_time());
    stacks.attach(trace.name(), trace.attachments());
  };
  for (const std::string& path : options.report.files)
    for (Source& source : open_source(path, problems)) {
      Trace trace(std::move(source));
      if (written && trace.open()) draw(trace);
      problems.insert(problems.end(), trace.problems().begin(), trace.problems().end());
    }
  if (sink || !written) written = target.close(sink && sink->finish());
  print_notes(names);
  print_problems(problems);
  if (!sink || !written) return kExitUnreadable;
  return problems.empty() ? kExitFine : kExitDamaged;
}

struct ExportFormat {
  const char* name;
  bool filters;  // understands --from and the like
  int (*run)(const ExportOptions&);
  const char* doc;
};
constexpr ExportFormat kFormats[] = {
    {"perfetto", false, export_timeline<PerfettoExport>,
     "a timeline for ui.perfetto.dev: states, waits with stacks and owners, who woke whom."},
    {"chrome", false, export_timeline<ChromeExport>,
     "the same, but for stacks, as Trace Event JSON, for chrome://tracing, speedscope\n"
     "  and others; two to three times as large."},
    {"go", false, export_go,
     "an execution trace of Go 1.23, for `go tool trace` and other viewers of it.\n"
     "  Threads are goroutines there, and each thread has a P of its own."},
    {"pprof", true, export_pprof,
     "a profile for `go tool pprof`, which has how often and how many ns of\n"
     "  something, for each stack.  --what:"},
};

int run(const ExportOptions& options) {
  const auto* format = std::find_if(std::begin(kFormats), std::end(kFormats),
                                    [&](const auto& f) { return f.name == options.format; });
  const Filter& filter = options.report.filter;
  const Window everything;
  const bool filters = filter.window.from != everything.from || filter.window.to != everything.to ||
                       !filter.thread.empty() || !filter.object.empty() || !filter.function.empty();
  if (filters && !format->filters) {
    fmt::print(stderr, "trace-decode: --format={} takes no filters: it has the whole trace\n",
               format->name);
    return kExitUsage;
  }
  return format->run(options);
}

std::string footer() {
  std::string text = "Formats:\n";
  for (const ExportFormat& format : kFormats) {
    text += fmt::format("{}: {}\n", format.name, format.doc);
    if (format.run != export_pprof) continue;
    for (const PprofWhat& what : pprof_whats())
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
  std::vector<std::string> formats, whats;
  std::string list;
  for (const ExportFormat& format : kFormats) {
    formats.emplace_back(format.name);
    list += (list.empty() ? "" : ", ") + formats.back();
  }
  for (const PprofWhat& what : pprof_whats()) whats.emplace_back(what.name);
  verb->add_option("--format", options->format, list)->required()->check(CLI::IsMember(formats));
  verb->add_option("-o,--output", options->target, "the file to write; - is standard output")
      ->required();
  verb->add_option("--what", options->what, "of what --format=pprof is a profile")
      ->check(CLI::IsMember(whats))
      ->capture_default_str();
  options->report.add_filters(*verb);
  verb->callback([options, &status] { status = run(*options); });
}

}  // namespace thrace
