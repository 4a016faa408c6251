// Reading the traces of one run into one analysis.
#include "decoder/report/analysis.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/report/analyzer.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

void biggest_first(std::vector<Share>& shares) {
  std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
    if (a.time != b.time) return a.time > b.time;
    return a.count != b.count ? a.count > b.count : a.who < b.who;
  });
}

void analyze_one(Source source, Picker& picker, const std::vector<Observer*>& observers,
                 Analysis& analysis, uint64_t& base, Problems& problems, size_t& readable) {
  Trace trace(std::move(source));
  if (trace.open()) {
    readable++;
    const std::string pid(trace.header().get("pid", "0"));
    analysis.programs.push_back(
        fmt::format("{} (pid {})", escape(trace.header().get("program", "?")), escape(pid)));
    Analyzer analyzer(analysis, picker, pid, base, observers);
    analysis.stacks->add_process(trace.header());
    analysis.stacks->attach(trace.name(), trace.attachments());
    trace.run(analyzer);
    analyzer.finish(trace.last_time());
    analysis.stacks->attach(trace.name(), trace.attachments());
    const auto ended = enum_text(ArgType::End, static_cast<uint64_t>(trace.end()));
    analysis.endings.emplace_back(ended.empty() || ended == "next" ? "cut" : ended);
    analysis.events += trace.events();
    analysis.lost += trace.lost();
    analysis.skipped += trace.skipped();
    analysis.generations += trace.generations();
    analysis.bytes += trace.bytes();
  }
  analysis.complete = analysis.complete && trace.problems().empty();
  problems.insert(problems.end(), trace.problems().begin(), trace.problems().end());
}

}  // namespace

size_t analyze(const std::vector<std::string>& paths, Picker& picker,
               std::vector<Observer*> observers, Analysis& analysis, Problems& problems) {
  SiteSums sites(analysis);
  observers.push_back(&sites);
  uint64_t base = 0;
  size_t readable = 0;
  for (const std::string& path : paths)
    for (Source& source : open_source(path, problems))
      analyze_one(std::move(source), picker, observers, analysis, base, problems, readable);
  for (ObjectRow& object : analysis.objects) {
    biggest_first(object.wakers);
    biggest_first(object.holders);
    biggest_first(object.lasts);
  }
  if (picker.filter().group)
    for (ThreadRow& row : analysis.threads) row.group = group_name(row.name);
  return readable;
}

}  // namespace thrace
