// flame: folded stacks for flame graph programs.
#include "decoder/report/folded.h"
#include "decoder/report/honesty.h"
#include "decoder/verbs/output_file.h"
#include "decoder/verbs/report_options.h"

namespace thrace {
namespace {

struct FlameOptions {
  ReportOptions report;
  std::string what;
  std::string target = "-";
};

int run(const FlameOptions& options) {
  if (overwrites(options.target, options.report.files)) return kExitUsage;
  Folded folded(find_folded_what(options.what)->kind);
  return report(options.report, {&folded}, [&](const Analysis& analysis, Names& names) {
    const bool written = write_file(options.target, [&](std::FILE* out) {
      folded.print(analysis, names, out);
      return true;
    });
    print_loss(analysis, stderr);
    return written ? kExitFine : kExitUnreadable;
  });
}

}  // namespace

void add_flame(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("flame", "folded stacks, for flame graph programs");
  auto options = std::make_shared<FlameOptions>();
  std::vector<std::string> names;
  for (const FoldedWhat& what : folded_whats()) names.emplace_back(what.name);
  verb->add_option("--what", options->what, "blocked, wake, offwake, syscall or caused")
      ->required()
      ->check(CLI::IsMember(names));
  verb->add_option("-o,--output", options->target, "the file to write; - is standard output")
      ->capture_default_str();
  options->report.add_filters(*verb);
  verb->footer(
      "One line for each distinct stack, `thread;outermost;...;innermost NUMBER`: ns of waiting\n"
      "(blocked), the same with the stack of whoever ended the wait, upside down behind `--`\n"
      "(offwake), ns in system calls that blocked or did not end (syscall), the number of wakes\n"
      "(wake), or ns that others waited for what a thread held, with the stack of its release\n"
      "(caused).\n"
      "--thread and --function pick the thread whose stack it is: who waits (blocked, offwake),\n"
      "calls (syscall), wakes (wake) or releases (caused).");
  verb->callback([options, &status] { status = run(*options); });
}

}  // namespace thrace
