// Reading the traces of one run into one analysis.
#include "decoder/report/analysis.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/input/run_order.h"
#include "decoder/report/analyzer.h"

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
        fmt::format("{} (pid {})", trace.header().get("program", "?"), pid));
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
    // Of the session so far: files of one session repeat it.
    analysis.unseen_threads = std::max(analysis.unseen_threads, trace.unseen_threads());
    analysis.unseen_processes = std::max(analysis.unseen_processes, trace.unseen_processes());
  }
  analysis.complete = analysis.complete && trace.problems().empty();
  problems.insert(problems.end(), trace.problems().begin(), trace.problems().end());
}

}  // namespace

uint64_t ObjectRow::cost() const { return is_lock(kind) ? waited() : waits.total(); }

size_t analyze(const std::vector<std::string>& paths, Picker& picker,
               std::vector<Observer*> observers, Analysis& analysis, Problems& problems) {
  SiteSums sites(analysis);
  observers.push_back(&sites);
  uint64_t base = 0;
  size_t readable = 0;
  for (const std::string& path : in_order_of_start(paths))
    for (Source& source : open_source(path, problems))
      analyze_one(std::move(source), picker, observers, analysis, base, problems, readable);
  for (ObjectRow& object : analysis.objects) {
    biggest_first(object.wakers);
    biggest_first(object.holders);
    biggest_first(object.lasts);
  }
  analysis.window = picker.window();
  for (uint32_t i = 0; i < analysis.threads.size(); i++) {
    ThreadRow& row = analysis.threads[i];
    if (picker.filter().group) row.group = group_name(row.name);
    if (!row.failed) analysis.by_tid[{row.process, row.tid}] = i;
  }
  return readable;
}

}  // namespace thrace
