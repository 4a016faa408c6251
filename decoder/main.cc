// trace-decode: reads the traces of thrace.  The verbs are in decoder/verbs.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "core/format/file.h"
#include "decoder/input/stage.h"
#include "decoder/text/style.h"
#include "decoder/verbs/output_file.h"
#include "decoder/verbs/verb.h"

namespace {

// Without a verb the summary is meant: `trace-decode FILE`.
std::vector<std::string> with_verb(int argc, char** argv, const CLI::App& app) {
  std::vector<std::string> args(argv + 1, argv + argc);
  const auto is_verb = [&](const std::string& word) {
    const auto verbs = app.get_subcommands([](const CLI::App*) { return true; });
    return std::any_of(verbs.begin(), verbs.end(),
                       [&](const CLI::App* verb) { return verb->get_name() == word; });
  };
  size_t first = 0;  // behind the options of all verbs
  while (first < args.size() && (args[first] == "--stats" || args[first].starts_with("--color")))
    first += args[first] == "--color" ? 2 : 1;
  const auto asks_about = [](const std::string& word) {
    return word == "--help" || word == "-h" || word == "--version" || word == "-V";
  };
  if (first < args.size() && !is_verb(args[first]) && !asks_about(args[first]))
    args.insert(args.begin(), "summary");
  std::reverse(args.begin(), args.end());  // as CLI11 wants them
  return args;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Reads traces of threaded programs that thrace recorded.", "trace-decode"};
  app.set_version_flag("-V,--version", fmt::format("trace-decode {} (trace format {})",
                                                   THRACE_VERSION, thrace::kFormatVersion));
  app.require_subcommand(1);
  app.fallthrough();  // the options of all verbs may stand behind the verb
  std::string colour = "auto";
  app.add_option("--color", colour, "emphasis in text: auto (on a terminal), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->each([](const std::string& when) {
        thrace::set_colour(when == "always"  ? thrace::Colour::Always
                           : when == "never" ? thrace::Colour::Never
                                             : thrace::Colour::Auto);
      });
  bool stats = false;
  app.add_flag("--stats", stats, "say on standard error how long each stage of the work took");
  app.footer(
      "Without a verb: summary.  `trace-decode VERB --help` describes a verb.\n"
      "--color and --stats go with each of them.  With NO_COLOR set there is no emphasis, unless\n"
      "--color=always asks for it.\n"
      "Exit status: 0 fine, 1 unreadable, 2 usage, 3 damaged or incomplete but used.");
  int status = thrace::kExitFine;
  for (const auto add : {thrace::add_summary, thrace::add_threads, thrace::add_locks,
                         thrace::add_waits, thrace::add_wakes, thrace::add_syscalls,
                         thrace::add_flame, thrace::add_info, thrace::add_check, thrace::add_dump,
                         thrace::add_assemble, thrace::add_export, thrace::add_events})
    add(app, status);
  try {
    app.parse(with_verb(argc, argv, app));
    if (stats) thrace::print_stages();
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? thrace::kExitFine : thrace::kExitUsage;
  } catch (const std::system_error& error) {  // fmt's, when it cannot write
    fmt::print(stderr, "trace-decode: standard output cannot be written: {}\n",
               error.code().message());
    return thrace::kExitUnreadable;
  }
  return thrace::finish_output() ? status : thrace::kExitUnreadable;
}
