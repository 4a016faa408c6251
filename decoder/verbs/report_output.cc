// Printing of reports.
#include "decoder/verbs/report_output.h"

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "decoder/report/honesty.h"
#include "decoder/text/escape.h"
#include "decoder/text/style.h"

namespace thrace {
namespace {

bool is_alarm(std::string_view sentence) { return sentence.starts_with("Deadlock: "); }

void cut(Section& section, const ReportOptions& options) {
  if (!section.whole) section.table.limit(options.rows);
}

void print_text(const Analysis& analysis, const std::vector<std::string>& sentences,
                std::vector<Section>& sections, const ReportOptions& options,
                const std::function<void()>& details) {
  for (const std::string& sentence : sentences) {
    const std::string text = printable(sentence);
    fmt::print("{}\n", is_alarm(text) ? emphasise(text, Emphasis::Alarm, stdout) : text);
  }
  bool first = sentences.empty();
  for (size_t i = 0; i < sections.size(); i++) {
    Section& section = sections[i];
    if (section.table.rows.empty() && (i > 0 || sections.size() > 1)) continue;
    if (!first) fmt::print("\n");
    first = false;
    if (!section.title.empty())
      fmt::print("{}:\n", emphasise(section.title, Emphasis::Heading, stdout));
    const size_t all = section.table.rows.size();
    cut(section, options);
    print_table(section.table, Format::Text, stdout);
    if (section.table.rows.size() < all)
      fmt::print("... and {} more\n", all - section.table.rows.size());
  }
  if (details) details();
  print_honesty(analysis, stdout);
}

void print_json(const std::vector<std::string>& sentences, std::vector<Section>& sections,
                const ReportOptions& options) {
  nlohmann::ordered_json json;
  auto& findings = json["findings"] = nlohmann::ordered_json::array();
  for (const std::string& sentence : sentences) findings.push_back(printable(sentence));
  for (Section& section : sections) {
    cut(section, options);
    json[section.name] = table_json(section.table);
  }
  // A report that is one table is an array of its rows.
  const bool plain = sentences.empty() && sections.size() == 1;
  std::cout << (plain ? json[sections.front().name] : json).dump(2) << std::endl;
}

}  // namespace

bool arrange(std::vector<Section>& sections, const ReportOptions& options) {
  if (options.key.empty()) return true;
  bool any = false;
  for (Section& section : sections) any |= section.table.sort(options.key);
  if (!any) fmt::print(stderr, "trace-decode: there is no column '{}'\n", options.key);
  return any;
}

int print_report(const Analysis& analysis, const std::vector<std::string>& sentences,
                 std::vector<Section> sections, const ReportOptions& options,
                 const std::function<void()>& details) {
  if (!arrange(sections, options)) return kExitUsage;
  if (!options.table.empty())
    std::erase_if(sections, [&](const Section& s) { return s.name != options.table; });
  if (options.output() == Format::Json) {
    print_json(sentences, sections, options);
    print_loss(analysis, stderr);
  } else if (options.output() == Format::Csv) {
    cut(sections.front(), options);
    print_table(sections.front().table, Format::Csv, stdout);
    print_loss(analysis, stderr);
  } else {
    print_text(analysis, sentences, sections, options, details);
  }
  return kExitFine;
}

}  // namespace thrace
