// summary: one screen that says where the time went.  The verb that is meant if none is given.
#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "decoder/report/honesty.h"
#include "decoder/report/object_table.h"
#include "decoder/report/thread_table.h"
#include "decoder/report/titles.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/report_options.h"

namespace thrace {
namespace {

constexpr size_t kSummaryRows = 8;

struct Totals {
  uint64_t total = 0, running = 0, runnable = 0, syscall = 0, waiting = 0, waits = 0;
};

Totals totals_of(const Analysis& analysis) {
  Totals t;
  for (const ThreadRow& row : analysis.threads) {
    t.total += row.total();
    t.running += row.running;
    t.runnable += row.runnable;
    t.syscall += row.syscall;
    t.waiting += row.waiting;
    t.waits += row.waits;
  }
  return t;
}

double percent(uint64_t part, uint64_t whole) {
  return whole ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

const ObjectRow* worst_object(const Analysis& analysis) {
  const ObjectRow* worst = nullptr;
  for (const ObjectRow& row : analysis.objects)
    if (!worst || row.waits.total() > worst->waits.total()) worst = &row;
  return worst && worst->waits.total() > 0 ? worst : nullptr;
}

void print_verdict(const Analysis& analysis, Names& names) {
  const Totals t = totals_of(analysis);
  const auto threads = std::count_if(analysis.threads.begin(), analysis.threads.end(),
                                     [](const ThreadRow& row) { return !row.failed; });
  for (size_t i = 0; i < analysis.programs.size(); i++)
    fmt::print("{}, ended by {}\n", analysis.programs[i], analysis.endings[i]);
  fmt::print(
      "Over {}, {} threads lived {} together: {:.0f} % running, {:.0f} % in system calls, "
      "{:.0f} % waiting.\n",
      duration_text(analysis.duration()), threads, duration_text(t.total),
      percent(t.running, t.total), percent(t.syscall, t.total), percent(t.waiting, t.total));
  const ObjectRow* worst = worst_object(analysis);
  if (!worst) {
    fmt::print("No wait ended in this time.\n");
    return;
  }
  const size_t index = static_cast<size_t>(worst - analysis.objects.data());
  const auto sites = sites_by_object(analysis)[index];
  const WaitSite site = sites.empty() ? WaitSite() : sites.front();
  fmt::print("{:.0f} % of the waiting was for {} {}: {} waits, {} at most",
             percent(worst->waits.total(), t.waiting), worst->kind,
             escape(shorten(object_title(analysis, *worst, names))), worst->waits.count(),
             duration_text(worst->waits.max()));
  if (site.stack != 0) fmt::print(", mostly at {}", escape(shorten(names.site(site.stack))));
  if (!worst->wakers.empty())
    fmt::print("; woken mostly by {}",
               escape(thread_title(analysis.threads[worst->wakers.front().who])));
  if (site.release != 0) fmt::print(" at {}", escape(shorten(names.site(site.release))));
  if (!worst->holders.empty()) fmt::print("; held mostly by tid {}", worst->holders.front().who);
  fmt::print(".\n");
}

void print_text(const Analysis& analysis, Names& names, const ReportOptions& options) {
  print_verdict(analysis, names);
  const size_t rows = options.rows ? options.rows : kSummaryRows;
  Table threads = thread_table(analysis, names, options.filter);
  Table objects = object_table(analysis, names);
  for (auto [table, what] : {std::pair{&threads, "threads"}, std::pair{&objects, "objects"}}) {
    if (table->rows.empty()) continue;
    const size_t all = table->rows.size();
    table->sort("total");
    table->limit(rows);
    fmt::print("\n");
    print_table(*table, Format::Text, stdout);
    if (all > rows) fmt::print("... and {} more {}\n", all - rows, what);
  }
  print_honesty(analysis, stdout);
}

Table totals_table(const Analysis& analysis) {
  const Totals t = totals_of(analysis);
  Table table;
  table.columns = {
      {"duration", "", Unit::Nanos}, {"threads", "", Unit::Count},  {"total", "", Unit::Nanos},
      {"running", "", Unit::Nanos},  {"runnable", "", Unit::Nanos}, {"syscall", "", Unit::Nanos},
      {"waiting", "", Unit::Nanos},  {"waits", "", Unit::Count},    {"events", "", Unit::Count},
      {"lost", "", Unit::Count},     {"complete", "", Unit::Count}};
  table.rows.push_back({analysis.duration(), uint64_t{analysis.threads.size()}, t.total, t.running,
                        t.runnable, t.syscall, t.waiting, t.waits, analysis.events, analysis.lost,
                        uint64_t{analysis.complete}});
  return table;
}

void print_json(const Analysis& analysis, Names& names, const ReportOptions& options) {
  Table threads = thread_table(analysis, names, options.filter);
  Table objects = object_table(analysis, names);
  for (Table* table : {&threads, &objects}) {
    table->sort("total");
    table->limit(options.rows);
  }
  nlohmann::ordered_json json;
  json["programs"] = analysis.programs;
  json["endings"] = analysis.endings;
  json["totals"] = table_json(totals_table(analysis))[0];
  json["threads"] = table_json(threads);
  json["objects"] = table_json(objects);
  std::cout << json.dump(2) << std::endl;
}

}  // namespace

void add_summary(CLI::App& app, int& status) {
  auto* verb = app.add_subcommand("summary", "one screen: where the time went (the default)");
  auto options = std::make_shared<ReportOptions>();
  options->add(*verb, "");
  verb->footer("--format=csv prints the totals only.");
  verb->callback([options, &status] {
    status = report(*options, {}, [&](const Analysis& analysis, Names& names) {
      if (options->output() == Format::Json)
        print_json(analysis, names, *options);
      else if (options->output() == Format::Csv)
        print_table(totals_table(analysis), Format::Csv, stdout);
      else
        print_text(analysis, names, *options);
    });
  });
}

}  // namespace thrace
