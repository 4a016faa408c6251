// thrace-bench: what thrace costs, as ratios taken in one run: every round measures every variant.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <stdexcept>

#include "tests/bench/driver/measure.h"

namespace thrace::bench {
namespace {

struct Options {
  int rounds = 5;
  double scale = 1;
  std::vector<std::string> only;
  bool json = false;
};

Measures all_measures(double scale) {
  Measures measures;
  add_event_measure(measures, scale);
  add_work_measures(measures, scale);
  add_memory_measure(measures);
  add_decode_measures(measures, scale);
  add_start_measure(measures);
  return measures;
}

void keep_only(Measures& measures, const std::vector<std::string>& names) {
  std::string known;
  for (const auto& measure : measures) known += " " + measure->name();
  for (const std::string& name : names)
    if (std::none_of(measures.begin(), measures.end(),
                     [&](const auto& measure) { return measure->name() == name; }))
      throw std::runtime_error(fmt::format("no measure {}; there are:{}", name, known));
  if (names.empty()) return;
  std::erase_if(measures, [&](const auto& measure) {
    return std::find(names.begin(), names.end(), measure->name()) == names.end();
  });
}

int run(const Options& options) {
  Measures measures = all_measures(options.scale);
  keep_only(measures, options.only);
  Lab lab;
  std::map<std::string, double> lost;  // events, by measure
  const bool talk = isatty(STDERR_FILENO);
  for (int i = 0; i < options.rounds; i++)
    for (const auto& measure : measures) {
      if (talk) fmt::print(stderr, "\r\033[Kround {}: {}", i + 1, measure->name());
      const double before = lab.totals().lost;
      measure->round(lab);
      lost[measure->name()] += lab.totals().lost - before;
    }
  if (talk) fmt::print(stderr, "\r\033[K");

  Figures figures;
  for (const auto& measure : measures) {
    measure->report(figures);
    if (const double events = lost[measure->name()])
      figures.push_back({measure->name(), "lost events", {events}, "in all", {0, 0}});
  }
  if (lab.totals().events > 0) {
    figures.push_back({"recordings", "events", {lab.totals().events}, "in all"});
    figures.push_back({"recordings", "lost", {lab.totals().lost}, "in all", {0, 0}});
  }
  if (options.json)
    print_json(figures);
  else
    print_table(figures);
  return 0;
}

}  // namespace
}  // namespace thrace::bench

int main(int argc, char** argv) try {
  thrace::bench::Options options;
  CLI::App app("What thrace costs: ratios between variants that take turns, round after round.");
  app.add_option("--rounds", options.rounds, "how often everything is measured (5)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--only", options.only, "measure this alone; may be given again");
  app.add_option("--scale", options.scale, "share of the work, to see whether all of it runs (1)")
      ->check(CLI::Range(0.0, 100.0));
  app.add_flag("--json", options.json, "print JSON");
  CLI11_PARSE(app, argc, argv);
  return thrace::bench::run(options);
} catch (const std::exception& error) {
  fmt::print(stderr, "thrace-bench: {}\n", error.what());
  return 1;
}
