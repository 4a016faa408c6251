// thrace: starts a collector, sets the environment and becomes the command.
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "preload/launcher/check.h"
#include "preload/launcher/environment.h"
#include "preload/launcher/failure.h"
#include "preload/launcher/options.h"
#include "preload/launcher/output_name.h"
#include "preload/launcher/parts.h"
#include "preload/launcher/report.h"
#include "preload/launcher/session.h"
#include "preload/launcher/settings.h"
#include "preload/launcher/target.h"

namespace thrace {
namespace {

int complain(const Failure& failure) {
  fmt::print(stderr, "thrace: {}\n", failure.what());
  return failure.status;
}

// What the program gets: the user's changes first, so that a changed LD_PRELOAD is kept too.
Environment program_environment(Environment environment, const Options& options,
                                const std::string& library,
                                const std::vector<std::string>& needed) {
  for (const std::string& change : options.changes) environment.change(change);
  environment.set("LD_PRELOAD", preload_list(environment.get("LD_PRELOAD"), library, needed));
  return environment;
}

// For services and debuggers: the library starts the collector itself.
int print_env(Environment environment, const Options& options) {
  const std::string library = find_library(environment);
  environment = program_environment(environment, options, library, {});
  environment.set("THRACE_COLLECT", find_collector(environment));
  fmt::print("LD_PRELOAD={}\n", shell_word(environment.get("LD_PRELOAD")));
  fmt::print("THRACE_COLLECT={}\n", shell_word(environment.get("THRACE_COLLECT")));
  for (const Setting& setting : settings()) {
    const std::string value = environment.get(setting.variable);
    if (!value.empty()) fmt::print("{}={}\n", setting.variable, shell_word(value));
  }
  return 0;
}

void announce(const Environment& environment, const std::string& file, const char* called_as) {
  if (environment.is_set("THRACE_QUIET")) return;
  const std::string name = shell_word(short_name(file));
  fmt::print(stderr, "thrace: recording to {}, then: {} summary {}\n", name,
             decoder_command(called_as), name);
}

// Becomes the command; tells `started` the name of the trace just before.  Returns the exit status if
// it cannot.
int launch(const Target& target, const Environment& environment, const Options& options,
           const char* called_as, const Started& started) try {
  const std::string file = output_name(environment, target.image, getpid());
  const std::string library = find_library(environment);
  const std::string arena = start_session(find_collector(environment), environment, getpid());
  Environment own = program_environment(environment, options, library, target.needed);
  own.set("THRACE_ARENA", arena);
  announce(environment, file, called_as);
  started(file);

  std::vector<std::string> words = target.arguments;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execve(target.path.c_str(), argv.data(), own.pointers().data());
  throw Failure(errno == ENOENT ? kNotFound : kNotExecutable,
                fmt::format("cannot run {}: {}", target.path, strerror(errno)));
} catch (const Failure& failure) {
  return complain(failure);
}

int run(int argc, char** argv) {
  const Environment inherited = Environment::inherited();
  Environment environment = inherited;
  environment.unset("THRACE_ARENA");  // of a session that this launcher is itself a part of
  const Options options = parse_options(argc, argv, environment);
  settle(environment, options.given);
  if (options.check) return run_check(environment, options.command);
  if (options.command.empty() && !options.print_env) {
    throw Failure(kOwnFailure, "no command given; thrace --help shows how");
  }
  settle_output(environment);
  if (options.print_env) return print_env(environment, options);

  const Target target = resolve(options.command);
  const auto become = [&](const Started& started) {
    return launch(target, environment, options, argv[0], started);
  };
  if (!options.report) return become([](const std::string&) {});
  const std::string decoder = find_decoder();
  if (decoder.empty()) throw Failure(kOwnFailure, "trace-decode is missing: there can be no report");
  run_and_report(become, decoder, inherited);
}

}  // namespace
}  // namespace thrace

int main(int argc, char** argv) try {
  return thrace::run(argc, argv);
} catch (const thrace::Failure& failure) {
  return thrace::complain(failure);
} catch (const std::exception& error) {
  return thrace::complain({thrace::kOwnFailure, error.what()});
}
