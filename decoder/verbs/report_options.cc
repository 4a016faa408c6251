// Parsing of the common options.
#include "decoder/verbs/report_options.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace thrace {
namespace {

// An option with a time, which goes where `ns` points.
void add_time(CLI::App& verb, const std::string& name, int64_t& ns, const std::string& doc) {
  verb.add_option_function<std::string>(
          name, [&ns](const std::string& text) { parse_duration(text, ns); }, doc)
      ->type_name("TIME")
      ->check(check_duration)
      ->group("Filters");
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

void add_filter_options(CLI::App& verb, Filter& filter) {
  const char* group = "Filters";
  add_time(verb, "--from", filter.window.from, "leave out what is before, like 1.5s or 20ms");
  add_time(verb, "--to", filter.window.to, "leave out what is after");
  verb.parse_complete_callback([&filter] {
    if (filter.window.from > filter.window.to)
      throw CLI::ValidationError("--from", "is later than --to");
  });
  verb.add_option("--thread", filter.thread, "only threads with this name or tid, or like worker-*")
      ->group(group);
  verb.add_option("--object", filter.object,
                  "only waits for what is at this address or has this name")
      ->group(group);
  verb.add_option("--function", filter.function,
                  "only waits, slow calls and wakes in functions that match this expression")
      ->type_name("REGEX")
      ->check(regex_problem)
      ->group(group);
}

void ReportOptions::add_filters(CLI::App& verb) {
  verb.add_option("FILE", files, "traces of one run; - is standard input")->required();
  add_filter_options(verb, filter);
  verb.add_flag("--group", filter.group,
                "threads whose names differ in numbers only are one: worker-*")
      ->group("Filters");
  add_name_options(verb, names);
}

void ReportOptions::add(CLI::App& verb, const std::string& default_key) {
  add_filters(verb);
  key = default_key;
  auto* sort = verb.add_option("-k,--key", key, "sort by this column (its name in --format=csv)");
  if (!key.empty()) sort->capture_default_str();
  auto* count = verb.add_option("-n,--rows", rows, "print so many rows at most");
  if (rows != 0) count->capture_default_str();
  verb.add_option("--format", format, "text, csv or json")
      ->check(CLI::IsMember({"text", "csv", "json"}))
      ->capture_default_str();
}

void ReportOptions::add_tables(CLI::App& verb, const std::vector<std::string>& tables) {
  verb.add_option("--table", table,
                  "print this table only: " + fmt::format("{}", fmt::join(tables, ", ")))
      ->type_name("NAME")
      ->check(CLI::IsMember(tables));
}

Format ReportOptions::output() const {
  return format == "csv" ? Format::Csv : format == "json" ? Format::Json : Format::Text;
}

}  // namespace thrace
