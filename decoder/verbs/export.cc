// export: a trace in the format of another tool.
#include <fmt/core.h>

#include <cerrno>
#include <cstring>

#include "decoder/export/go_export.h"
#include "decoder/verbs/name_options.h"

namespace thrace {
namespace {

int run(const std::string& path, const std::string& target, const NameOptions& names) {
  Problems problems;
  auto sources = open_source(path, problems);
  if (sources.size() > 1)
    problems.push_back({path, 0, "", "holds several traces: export takes one"});
  print_problems(problems);
  if (!problems.empty()) return kExitUnreadable;
  Trace trace(std::move(sources.front()));
  if (!trace.open()) {
    print_problems(trace.problems());
    return kExitUnreadable;
  }
  std::FILE* out = target == "-" ? stdout : std::fopen(target.c_str(), "wb");
  bool written = out != nullptr;
  if (out) {
    GoExport sink(out, names);
    trace.run(sink);
    print_notes(sink.names());
    written = !sink.failed() && std::fflush(out) == 0;
  }
  if (!written)
    fmt::print(stderr, "trace-decode: {} cannot be written: {}\n", target, std::strerror(errno));
  if (out && out != stdout) std::fclose(out);
  print_problems(trace.problems());
  if (!written) return kExitUnreadable;
  return trace.problems().empty() ? kExitFine : kExitDamaged;
}

}  // namespace

void add_export(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("export", "write a trace in the format of another tool");
  verb->footer(
      "--format=go: an execution trace of Go 1.23, for `go tool trace` and other viewers of it.\n"
      "Threads are goroutines there, and each thread has a P of its own.");
  auto file = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  auto format = std::make_shared<std::string>();
  verb->add_option("FILE", *file, "the trace; - is standard input")->required();
  verb->add_option("--format", *format, "go")->required()->check(CLI::IsMember({"go"}));
  verb->add_option("-o,--output", *target, "the file to write; - is standard output")->required();
  auto names = std::make_shared<NameOptions>();
  add_name_options(*verb, *names);
  // There is one format, so far; its name lives as long as the verb, as CLI11 writes to it.
  verb->callback([file, target, format, names, &status] {
    static_cast<void>(format);
    status = run(*file, *target, *names);
  });
}

}  // namespace thrace
