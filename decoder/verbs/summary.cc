// summary: one screen that says where the time went.  The verb that is meant if none is given.
#include <fmt/core.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "decoder/report/findings.h"
#include "decoder/report/honesty.h"
#include "decoder/report/object_table.h"
#include "decoder/report/thread_table.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/report_output.h"

namespace thrace {
namespace {

constexpr size_t kSummaryRows = 8;

// The tables that are on the screen: who, and what.
std::vector<Section> sections(const Analysis& analysis, Names& names,
                              const ReportOptions& options) {
  std::vector<Section> all = {{"threads", "", thread_table(analysis, names, options.filter)},
                              {"objects", "", object_table(analysis, names)}};
  all.front().table.sort("total");
  return all;
}

Table totals_table(const Analysis& analysis) {
  const std::vector<Field<Totals>> fields = {
      {{"duration", "", Unit::Nanos}, [&](const Totals&) { return analysis.looked_at(); }},
      {{"threads", "", Unit::Count}, [](const Totals& t) { return t.threads; }},
      {{"total", "", Unit::Nanos}, [](const Totals& t) { return t.total; }},
      {{"running", "", Unit::Nanos}, [](const Totals& t) { return t.running; }},
      {{"runnable", "", Unit::Nanos}, [](const Totals& t) { return t.runnable; }},
      {{"syscall", "", Unit::Nanos}, [](const Totals& t) { return t.syscall; }},
      {{"waiting", "", Unit::Nanos}, [](const Totals& t) { return t.waiting; }},
      {{"waits", "", Unit::Count}, [](const Totals& t) { return t.waits; }},
      {{"events", "", Unit::Count}, [&](const Totals&) { return analysis.events; }},
      {{"lost", "", Unit::Count}, [&](const Totals&) { return analysis.lost; }},
      {{"skipped", "", Unit::Count}, [&](const Totals&) { return analysis.skipped; }},
      {{"unseen_threads", "", Unit::Count}, [&](const Totals&) { return analysis.unseen_threads; }},
      {{"unseen_processes", "", Unit::Count},
       [&](const Totals&) { return analysis.unseen_processes; }},
      {{"complete", "", Unit::Count}, [&](const Totals&) { return uint64_t{analysis.complete}; }}};
  return make_table(fields, std::vector<Totals>{totals_of(analysis)});
}

int print_json(const Analysis& analysis, const std::vector<std::string>& verdict,
               std::vector<Section> tables, const ReportOptions& options) {
  nlohmann::ordered_json json;
  auto& programs = json["programs"] = nlohmann::ordered_json::array();
  for (const std::string& program : analysis.programs) programs.push_back(printable(program));
  json["endings"] = analysis.endings;
  auto& list = json["findings"] = nlohmann::ordered_json::array();
  for (const std::string& sentence : verdict) list.push_back(printable(sentence));
  json["totals"] = table_json(totals_table(analysis))[0];
  for (Section& section : tables) {
    section.table.limit(options.rows);
    json[section.name] = table_json(section.table);
  }
  std::cout << json.dump(2) << std::endl;
  return kExitFine;
}

int print(const Analysis& analysis, Names& names, const Findings& findings,
          const ReportOptions& options) {
  auto tables = sections(analysis, names, options);
  if (!arrange(tables, options)) return kExitUsage;
  if (options.output() == Format::Csv) {
    print_table(totals_table(analysis), Format::Csv, stdout);
    return kExitFine;
  }
  const auto sentences = findings.sentences(analysis, names);
  if (options.output() == Format::Json)
    return print_json(analysis, sentences, std::move(tables), options);
  for (size_t i = 0; i < analysis.programs.size(); i++)
    fmt::print("{}, ended by {}\n", escape(analysis.programs[i]), analysis.endings[i]);
  ReportOptions shown = options;
  if (shown.rows == 0) shown.rows = kSummaryRows;
  return print_report(analysis, sentences, std::move(tables), shown);
}

}  // namespace

void add_summary(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("summary", "one screen: where the time went (the default)");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "");
  verb->footer("Prints 8 rows of each table unless -n tells otherwise; --format=csv, the totals.");
  verb->callback([options, &status] {
    Findings found;
    status = report(*options, {&found}, [&](const Analysis& analysis, Names& names) {
      return print(analysis, names, found, *options);
    });
  });
}

}  // namespace thrace
