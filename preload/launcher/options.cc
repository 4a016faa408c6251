#include "preload/launcher/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <deque>

#include "core/format/file.h"
#include "preload/launcher/failure.h"
#include "preload/launcher/settings.h"

namespace thrace {
namespace {

class Usage : public CLI::Formatter {
 public:
  Usage() { column_width(28); }
  std::string make_description(const CLI::App*) const override { return {}; }
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: thrace [OPTIONS] [--] COMMAND [ARG...]\n"
           "Records when each thread of COMMAND runs, blocks, on what, and who woke it.\n"
           "The command keeps its pid, exit status, signals, input and output.\n";
  }
};

// The option that one word of the command line names; nullptr: none.  `joined` is set when its value
// is in the same word.
const CLI::Option* option_of(const CLI::App& app, std::string_view word, bool& joined) {
  if (word.starts_with("--")) {
    const size_t equals = word.find('=');
    joined = equals != std::string_view::npos;
    return app.get_option_no_throw(std::string(word.substr(0, equals)));
  }
  const CLI::Option* option = nullptr;
  for (size_t i = 1; i < word.size(); ++i) {  // -qrb64M
    option = app.get_option_no_throw(std::string("-") + word[i]);
    joined = i + 1 < word.size();
    if (!option || option->get_items_expected_max() > 0) break;
  }
  return option;
}

// Where COMMAND starts.  CLI11 would take the command's options for its own, so the two are parted
// before it sees them.
int command_start(const CLI::App& app, int argc, char** argv) {
  int i = 1;
  for (; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return i + 1;
    if (word.size() < 2 || word[0] != '-') return i;
    bool joined = false;
    const CLI::Option* option = option_of(app, word, joined);
    if (option && option->get_items_expected_max() > 0 && !joined) ++i;
  }
  return argc;
}

}  // namespace

Options parse_options(int argc, char** argv, Environment& environment) {
  CLI::App app;
  app.formatter(std::make_shared<Usage>());
  app.set_help_flag("-h,--help", "print this and end");
  app.set_version_flag("-V,--version",
                       fmt::format("thrace {} (trace format {})", THRACE_VERSION, kFormatVersion),
                       "print the version and end");

  Options options;
  std::deque<std::string> values;  // stays in place while options point into it
  std::vector<CLI::Option*> parsed;
  for (const Setting& setting : settings()) {
    std::string& value = values.emplace_back("1");
    std::string names = setting.option;
    if (*setting.letter) names = fmt::format("{},{}", setting.letter, setting.option);
    if (setting.kind == ValueKind::Flag) {
      parsed.push_back(app.add_flag(names, setting.help));
    } else {
      parsed.push_back(app.add_option(names, value, setting.help)->type_name(setting.metavar));
      parsed.back()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
  app.add_option("-E", options.changes,
                 "set or unset a variable in the program only")
      ->type_name("NAME[=VALUE]")->allow_extra_args(false);
  app.add_flag("-r,--report", options.report,
               "wait for the end, print the summary on stderr, end as COMMAND did");
  app.add_flag("--print-env", options.print_env,
               "print the variables to start a service with, instead of running");
  app.add_flag("--check", options.check,
               "say whether recording works here (for COMMAND), instead of running");

  const int start = command_start(app, argc, argv);
  std::vector<std::string> words(argv + 1, argv + std::min(start, argc));
  if (!words.empty() && words.back() == "--") words.pop_back();
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::Success& success) {
    std::exit(app.exit(success));
  } catch (const CLI::ExtrasError&) {
    throw Failure(kOwnFailure,
                  fmt::format("unknown option {}; thrace --help lists them", app.remaining().at(0)));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string text = error.what();
    throw Failure(kOwnFailure,
                  fmt::format("option {} needs a value", text.substr(0, text.find(':'))));
  } catch (const CLI::ParseError& error) {
    throw Failure(kOwnFailure, fmt::format("{}; thrace --help says more", error.what()));
  }

  for (size_t i = 0; i < parsed.size(); ++i) {
    if (!parsed[i]->count()) continue;
    const char* variable = settings()[i].variable;
    environment.set(variable, values[i]);
    options.given.insert(variable);
  }
  options.command.assign(argv + std::min(start, argc), argv + argc);
  return options;
}

}  // namespace thrace
