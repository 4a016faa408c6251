// Reading traces into exporters.
#include "decoder/verbs/export_formats.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "decoder/export/chrome_export.h"
#include "decoder/export/go_export.h"
#include "decoder/export/go_filter.h"
#include "decoder/export/perfetto_export.h"
#include "decoder/export/pprof_export.h"
#include "decoder/export/speedscope_export.h"
#include "decoder/export/sqlite_export.h"
#include "decoder/input/run_order.h"
#include "decoder/report/honesty.h"
#include "decoder/verbs/output_file.h"

namespace thrace {
namespace {

// The pid of a trace; 0 if what the header has is none.
uint64_t pid_of(const Trace& trace) {
  const std::string_view text = trace.header().get("pid", "0");
  int32_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 0 ? static_cast<uint64_t>(pid) : 0;
}

// Draws all traces.  A Drawing is made of (options, stacks, names) when the first trace turns out
// to be readable; it has a sink(), nullptr if it cannot be written, and finish(), which says why.
template <typename Drawing>
int draw(const ExportOptions& options) {
  Problems problems;
  StackTable stacks;
  Names names(stacks, options.report.names);
  Picker picker(options.report.filter, names);
  TimelineNumbers numbers;
  std::optional<Drawing> drawing;
  const auto add = [&](Trace& trace) {
    if (!drawing) drawing.emplace(options, stacks, names);
    if (!drawing->sink()) return;
    Timeline timeline(*drawing->sink(), stacks, numbers, picker, pid_of(trace),
                      std::string(trace.header().get("program", "?")));
    stacks.add_process(trace.header());
    stacks.attach(trace.name(), trace.attachments());  // what is known of them from the start
    trace.run(timeline);
    timeline.finish(trace);
    stacks.attach(trace.name(), trace.attachments());
  };
  for (const std::string& path : in_order_of_start(options.report.files))
    for (Source& source : open_source(path, problems)) {
      Trace trace(std::move(source));
      if (trace.open()) add(trace);
      problems.insert(problems.end(), trace.problems().begin(), trace.problems().end());
    }
  const bool written = drawing && drawing->finish();
  print_notes(names.notes());
  print_problems(problems);
  if (!written) return kExitUnreadable;
  return problems.empty() ? kExitFine : kExitDamaged;
}

// A drawing that is a stream of bytes, written by a Sink(stacks, names, FILE*).
template <typename Sink>
class StreamDrawing {
 public:
  StreamDrawing(const ExportOptions& options, StackTable& stacks, Names& names)
      : target_(options.target) {
    if (std::FILE* out = target_.open()) sink_.emplace(stacks, names, out);
  }
  Sink* sink() { return sink_ ? &*sink_ : nullptr; }
  bool finish() { return target_.close(sink_ && sink_->finish()); }

 private:
  OutputFile target_;
  std::optional<Sink> sink_;
};

class SqliteDrawing {
 public:
  SqliteDrawing(const ExportOptions& options, StackTable& stacks, Names& names)
      : path_(options.target), sink_(stacks, names, path_) {}
  SqliteExport* sink() { return sink_.error().empty() ? &sink_ : nullptr; }
  bool finish() {
    const bool written = sink_.finish();
    if (!written)
      fmt::print(stderr, "trace-decode: {} cannot be written: {}\n", path_, sink_.error());
    return written;
  }

 private:
  std::string path_;
  SqliteExport sink_;
};

// Writes what an observer has seen of all traces by write(analysis, names, FILE*), which returns
// false if the file cannot be written.
template <typename Write>
int write_analysis(const ExportOptions& options, Observer& observer, Write write) {
  bool written = true;
  const int read = report(options.report, {&observer}, [&](const Analysis& analysis, Names& names) {
    written =
        write_file(options.target, [&](std::FILE* out) { return write(analysis, names, out); });
    print_loss(analysis, stderr);
    return kExitFine;
  });
  return written ? read : kExitUnreadable;
}

}  // namespace

int export_perfetto(const ExportOptions& options) {
  return draw<StreamDrawing<PerfettoExport>>(options);
}

int export_chrome(const ExportOptions& options) {
  return draw<StreamDrawing<ChromeExport>>(options);
}

int export_sqlite(const ExportOptions& options) {
  if (options.target != "-") return draw<SqliteDrawing>(options);
  fmt::print(stderr, "trace-decode: a database cannot be written to standard output\n");
  return kExitUsage;
}

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
  StackTable stacks;
  Names names(stacks, options.report.names);
  Picker picker(options.report.filter, names);
  const bool written = write_file(options.target, [&](std::FILE* out) {
    GoExport sink(stacks, names, out, picker.window().from);
    GoFilter filter(sink, stacks, picker);
    stacks.add_process(trace.header());
    stacks.attach(trace.name(), trace.attachments());
    trace.run(filter);
    print_notes(names.notes());
    return !sink.failed();
  });
  print_loss(trace, stderr);
  print_problems(trace.problems());
  if (!written) return kExitUnreadable;
  return trace.problems().empty() ? kExitFine : kExitDamaged;
}

int export_pprof(const ExportOptions& options) {
  PprofExport profile(*find_pprof_what(options.what));
  return write_analysis(options, profile,
                        [&](const Analysis& analysis, Names& names, std::FILE* out) {
                          return profile.write(analysis, names, out);
                        });
}

int export_folded(const ExportOptions& options) {
  Folded folded(find_folded_what(options.what)->kind);
  return write_analysis(options, folded,
                        [&](const Analysis& analysis, Names& names, std::FILE* out) {
                          folded.print(analysis, names, out);
                          return true;
                        });
}

int export_speedscope(const ExportOptions& options) {
  const FoldedWhat& what = *find_folded_what(options.what);
  Folded folded(what.kind);
  return write_analysis(
      options, folded, [&](const Analysis& analysis, Names& names, std::FILE* out) {
        return write_speedscope(folded, analysis, names,
                                fmt::format("{}: {}", analysis.programs.front(), what.name),
                                what.kind == FoldedKind::Wake ? "none" : "nanoseconds", out);
      });
}

}  // namespace thrace
