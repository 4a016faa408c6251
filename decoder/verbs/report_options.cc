// Parsing of the common options.
#include "decoder/verbs/report_options.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <iostream>

namespace thrace {
namespace {

std::string check_object(const std::string& text) {
  char* end = nullptr;
  std::strtoull(text.c_str(), &end, 16);
  return !text.empty() && *end == '\0' ? "" : text + " is not an address like 0x5581c0ffee00";
}

}  // namespace

bool parse_duration(const std::string& text, int64_t& ns) {
  struct Scale {
    const char* unit;
    double size;
  };
  constexpr Scale kScales[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !(std::abs(value) < 1e9)) return false;
  for (const Scale& scale : kScales)
    if (std::string(end) == scale.unit) {
      ns = std::llround(value * scale.size);
      return true;
    }
  return false;
}

std::string check_duration(const std::string& text) {
  int64_t ns;
  return parse_duration(text, ns) ? "" : text + " is not a time like 1.5s, 20ms or 7us";
}

void ReportOptions::add_filters(CLI::App& verb) {
  verb.add_option("FILE", files, "traces of one run; - is standard input")->required();
  verb.add_option("--from", from, "leave out what is before this time, like 1.5s or 20ms")
      ->check(check_duration);
  verb.add_option("--to", to, "leave out what is after this time")->check(check_duration);
  verb.add_option("--thread", thread, "only threads with this name or tid");
  verb.add_option("--object", object, "only waits for the object at this address")
      ->check(check_object);
  add_name_options(verb, names);
}

void ReportOptions::add(CLI::App& verb, const std::string& default_key) {
  add_filters(verb);
  key = default_key;
  if (!default_key.empty())
    verb.add_option("-k,--key", key, "sort by this column (its name in --format=csv)")
        ->capture_default_str();
  auto* count = verb.add_option("-n,--rows", rows, "print so many rows at most");
  if (rows != 0) count->capture_default_str();
  verb.add_option("--format", format, "text, csv or json")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->capture_default_str();
}

Format ReportOptions::output() const {
  return format == "csv" ? Format::Csv : format == "json" ? Format::Json : Format::Text;
}

Filter ReportOptions::filter() const {
  Filter filter;
  if (!from.empty()) parse_duration(from, filter.from);
  if (!to.empty()) parse_duration(to, filter.to);
  filter.thread = thread;
  if (!object.empty()) filter.object = std::strtoull(object.c_str(), nullptr, 16);
  return filter;
}

int print_report(Table table, const ReportOptions& options) {
  if (!options.key.empty() && !table.sort(options.key)) {
    fmt::print(stderr, "trace-decode: there is no column '{}'\n", options.key);
    return kExitUsage;
  }
  table.limit(options.rows);
  if (options.output() == Format::Json)
    std::cout << table_json(table).dump(2) << std::endl;
  else
    print_table(table, options.output(), stdout);
  return kExitFine;
}

}  // namespace thrace
