// assemble: makes a trace of its text twin.
#include "decoder/text/assemble.h"

#include <fmt/core.h>

#include "decoder/input/input.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/output_file.h"
#include "decoder/verbs/verb.h"

namespace thrace {
namespace {

int run(const std::string& path, const std::string& target) {
  std::string error, text;
  const auto input = open_input(path, error);
  if (input) {
    for (auto part = input->next(); !part.empty(); part = input->next()) text += part;
    error = input->error();
  }
  std::string trace;
  if (error.empty()) trace = assemble(text, error);
  if (!error.empty()) {
    fmt::print(stderr, "trace-decode: {}: {}\n", printable(path), printable(error));
    return kExitUnreadable;
  }
  const bool written = write_file(target, [&](std::FILE* out) {
    return std::fwrite(trace.data(), 1, trace.size(), out) == trace.size();
  });
  return written ? kExitFine : kExitUnreadable;
}

}  // namespace

void add_assemble(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("assemble", "make a trace of the text that dump prints");
  verb->footer("Arguments that are left out are 0, and dt is 1; see decoder/text/assemble.h.");
  auto file = std::make_shared<std::string>();
  auto target = std::make_shared<std::string>();
  verb->add_option("FILE", *file, "the text; - is standard input")->required();
  verb->add_option("-o,--output", *target, "the trace to write; - is standard output")->required();
  verb->callback([file, target, &status] { status = run(*file, *target); });
}

}  // namespace thrace
