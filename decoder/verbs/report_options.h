// The options that the reports have in common.
#pragma once

#include <string>
#include <vector>

#include "decoder/input/stage.h"
#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/verbs/name_options.h"

namespace thrace {

struct ReportOptions {
  std::vector<std::string> files;
  Filter filter;
  std::string key;
  std::string table;  // of several; empty: all
  size_t rows = 0;
  std::string format = "text";
  NameOptions names;

  // Adds FILE, the filters and the options on names to a verb.
  void add_filters(CLI::App& verb);

  // Adds those, -k, -n and --format.
  void add(CLI::App& verb, const std::string& default_key);

  // Adds --table, for a report of several tables.
  void add_tables(CLI::App& verb, const std::vector<std::string>& tables);

  Format output() const;
};

// Adds the options that fill in a filter, without the grouping, to a verb.  `files`, where it will
// have its traces, and `filter` must live as long as the verb.
void add_filter_options(CLI::App& verb, const std::vector<std::string>& files, Filter& filter);

// Reads the files, shows them to `observers` and hands the analysis to `print`, which returns an
// exit status; the worse of that and what reading gave.
template <typename Print>
int report(const ReportOptions& options, const std::vector<Observer*>& observers, Print print) {
  Problems problems;
  Analysis analysis;
  Names names(*analysis.stacks, options.names);
  Picker picker(options.filter, names);
  const size_t readable = analyze(options.files, picker, observers, analysis, problems);
  int printed = kExitFine;
  if (readable > 0) {
    const StageTimer timer(Stage::Report);
    printed = print(static_cast<const Analysis&>(analysis), names);
  }
  std::fflush(stdout);
  print_notes(names.notes());
  print_problems(problems);
  if (readable == 0) return kExitUnreadable;
  if (printed != kExitFine) return printed;
  return problems.empty() ? kExitFine : kExitDamaged;
}

// A duration like "1.5s", "20ms", "7us", "3ns" (no unit: seconds), in ns.  False if it is none.
bool parse_duration(const std::string& text, int64_t& ns);

// What is wrong with a duration, for CLI11; empty: nothing.
std::string check_duration(const std::string& text);

}  // namespace thrace
