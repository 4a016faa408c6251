// Parsing of the common options.
#include "decoder/verbs/report_options.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <utility>

#include "decoder/order/run_end.h"

namespace thrace {
namespace {

// A time that was asked for: a border of the window.
struct Border {
  int64_t* ns;
  bool from_end = false;  // counted back from the end of the run: it was written with a minus
};

// An option with a time, which goes to the border.
void add_time(CLI::App& verb, const std::string& name, const std::shared_ptr<Border>& border,
              const std::string& doc) {
  verb.add_option_function<std::string>(
          name,
          [border](const std::string& text) {
            parse_duration(text, *border->ns);
            border->from_end = text.starts_with('-');
          },
          doc)
      ->type_name("TIME")
      ->check(check_duration)
      ->group("Filters");
}

// Makes times since the start of those that were counted from the end, which takes one reading of
// the traces.
void count_from_start(const std::vector<std::string>& files, Border& from, Border& to) {
  if (!from.from_end && !to.from_end) return;
  if (std::find(files.begin(), files.end(), "-") != files.end())
    throw CLI::ValidationError(from.from_end ? "--from" : "--to",
                               "counts from the end, which standard input has not reached yet");
  const int64_t end = run_end(files);
  for (Border* border : {&from, &to})
    if (std::exchange(border->from_end, false)) *border->ns += end;
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

void add_filter_options(CLI::App& verb, const std::vector<std::string>& files, Filter& filter) {
  const char* group = "Filters";
  auto from = std::make_shared<Border>(Border{&filter.window.from});
  auto to = std::make_shared<Border>(Border{&filter.window.to});
  add_time(verb, "--from", from, "leave out what is before, like 1.5s or 20ms");
  add_time(verb, "--to", to, "leave out what is after; --to=-2s, --from=-2s: before the end");
  verb.parse_complete_callback([&files, from, to] {
    count_from_start(files, *from, *to);
    if (*from->ns > *to->ns) throw CLI::ValidationError("--from", "is later than --to");
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
  add_files(verb, files, "traces of one run; - is standard input");
  add_filter_options(verb, files, filter);
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
