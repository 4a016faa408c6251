// The five ways to run a program that are compared, and the recordings that come of it.
#include "tests/bench/driver/variant.h"

#include <sys/stat.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "tests/bench/driver/parts.h"

namespace thrace::bench {
namespace {

namespace fs = std::filesystem;

// The number behind a word at the start of a line; 0 if there is no such line.
double number_after(const std::string& text, const std::string& word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string first;
    double number = 0;
    if (fields >> first >> number && first == word) return number;
  }
  return 0;
}

}  // namespace

Lab::Lab() {
  std::string name = fs::temp_directory_path() / "thrace-bench.XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a folder like " + name);
  folder_ = name;
}

Lab::~Lab() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Finished Lab::run(Variant variant, const Words& words, const Words& launcher_options) {
  switch (variant) {
    case Variant::Bare:
      return run_program(words);
    case Variant::Empty:
      return run_program(words, {{"LD_PRELOAD", kEmptyLibrary}});
    case Variant::Off:  // a session that is over: the library disarms itself
      return run_program(words, {{"LD_PRELOAD", kLibrary},
                                 {"THRACE_ARENA", folder_ / "gone.arena"},
                                 {"THRACE_QUIET", "1"}});
    case Variant::Recording:
    case Variant::Stacks:
      break;
  }
  Words options = launcher_options;
  if (variant == Variant::Recording) options.insert(options.end(), {"--stacks", "none"});
  Finished result = record(words, options);
  judge();
  fs::remove(trace());
  return result;
}

Finished Lab::record(const Words& words, const Words& launcher_options) {
  Words all{kLauncher, "-q", "-f", "-o", trace()};
  all.insert(all.end(), launcher_options.begin(), launcher_options.end());
  all.push_back("--");
  all.insert(all.end(), words.begin(), words.end());
  return run_program(all, {{"THRACE_COLLECT", kCollector}, {"THRACE_LIBRARY", kLibrary}});
}

TraceInfo Lab::judge() {
  const std::string text = run_program({kDecoder, "info", trace()}).output;
  const TraceInfo info{number_after(text, "events"), number_after(text, "lost"),
                       static_cast<double>(fs::file_size(trace()))};
  totals_.events += info.events;
  totals_.lost += info.lost;
  totals_.bytes += info.bytes;
  return info;
}

}  // namespace thrace::bench
