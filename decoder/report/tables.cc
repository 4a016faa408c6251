// Columns and rows of the reports.
#include "decoder/report/tables.h"

#include <fmt/core.h>

#include <algorithm>

namespace thrace {
namespace {

constexpr size_t kShownShares = 3;

struct Reason {
  uint64_t value;
  std::string name;
};

// All reasons, in the order of the event table.
std::vector<Reason> all_reasons() {
  std::vector<Reason> reasons;
  for (uint64_t value = 1; value < kReasons; value++)
    if (const auto text = enum_text(ArgType::Wait, value); !text.empty())
      reasons.push_back({value, std::string(text)});
  return reasons;
}

bool picked(const ThreadRow& row, const std::string& thread) {
  return thread.empty() || row.name == thread || fmt::format("{}", row.tid) == thread;
}

// "worker/12 (90 %), main/10 (10 %)": the biggest shares of the waiting.
template <typename Title>
std::string shares_text(const std::vector<Share>& shares, uint64_t total, Title title) {
  std::string text;
  for (size_t i = 0; i < shares.size() && i < kShownShares; i++)
    text += fmt::format(
        "{}{} ({:.0f} %)", i ? ", " : "", title(shares[i].who),
        total ? 100.0 * static_cast<double>(shares[i].time) / static_cast<double>(total) : 0.0);
  if (shares.size() > kShownShares) text += fmt::format(", {} more", shares.size() - kShownShares);
  return text;
}

}  // namespace

std::string thread_title(const ThreadRow& row) {
  return row.name.empty() ? fmt::format("tid {}", row.tid)
                          : fmt::format("{}/{}", row.name, row.tid);
}

std::string object_title(const Analysis& analysis, const ObjectRow& object, Names& names) {
  if (const std::string name = names.variable(object.module, object.object); !name.empty())
    return name;
  // Whoever ends a join is the thread that was waited for.
  if (object.kind == object_kind(static_cast<uint64_t>(WaitReason::Join)) &&
      object.wakers.size() == 1)
    return thread_title(analysis.threads[object.wakers.front().who]);
  const std::string& site = names.site(object.first);
  return site.empty() ? fmt::format("{:#x}", object.object)
                      : fmt::format("{:#x}, first at {}", object.object, site);
}

Table thread_table(const Analysis& analysis, Names& names, const std::string& thread) {
  Table table;
  const bool several = analysis.programs.size() > 1;
  if (several) table.columns.push_back({"pid", "pid"});
  for (const Column& column : std::vector<Column>{{"name", "thread"},
                                                  {"tid", "tid", Unit::Count},
                                                  {"start", "", Unit::Address, false, true},
                                                  {"routine", "start routine", Unit::Text, true},
                                                  {"total", "total", Unit::Nanos},
                                                  {"running", "running", Unit::Nanos},
                                                  {"runnable", "runnable", Unit::Nanos, true},
                                                  {"syscall", "syscall", Unit::Nanos, true},
                                                  {"waiting", "waiting", Unit::Nanos}})
    table.columns.push_back(column);
  const std::vector<Reason> reasons = all_reasons();
  for (const Reason& reason : reasons)
    table.columns.push_back({reason.name, reason.name, Unit::Nanos, true});
  for (const Column& column : std::vector<Column>{{"waits", "waits", Unit::Count},
                                                  {"wakes", "wakes", Unit::Count},
                                                  {"syscalls", "calls", Unit::Count, true},
                                                  {"blocked_syscalls", "slow", Unit::Count, true},
                                                  {"creations", "created", Unit::Count, true},
                                                  {"lost", "lost", Unit::Count, true},
                                                  {"state", "at the end"}})
    table.columns.push_back(column);
  for (const ThreadRow& row : analysis.threads) {
    if (row.failed || !picked(row, thread)) continue;
    std::vector<Cell> cells;
    if (several) cells.emplace_back(row.pid);
    for (const Cell& cell :
         std::vector<Cell>{row.name, row.tid, row.start, names.routine(row.start_module, row.start),
                           row.total(), row.running, row.runnable, row.syscall, row.waiting})
      cells.push_back(cell);
    for (const Reason& reason : reasons) cells.emplace_back(row.reasons[reason.value]);
    const auto state = enum_text(ArgType::Status, static_cast<uint64_t>(row.last));
    for (const Cell& cell :
         std::vector<Cell>{row.waits, row.wakes, row.syscalls, row.blocked_syscalls, row.creations,
                           row.lost, std::string(state.empty() ? "ended" : state)})
      cells.push_back(cell);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::vector<std::vector<WaitSite>> sites_by_object(const Analysis& analysis) {
  std::vector<std::vector<WaitSite>> all(analysis.objects.size());
  for (const auto& [key, cost] : analysis.sites.rows())
    all[key[0]].push_back({key[1], key[2], cost});
  for (std::vector<WaitSite>& sites : all)
    std::stable_sort(sites.begin(), sites.end(), [](const WaitSite& a, const WaitSite& b) {
      return a.cost.total > b.cost.total;
    });
  return all;
}

Table object_table(const Analysis& analysis, Names& names) {
  Table table;
  const bool several = analysis.programs.size() > 1;
  if (several) table.columns.push_back({"pid", "pid"});
  for (const Column& column : std::vector<Column>{{"kind", "kind"},
                                                  {"object", "", Unit::Address, false, true},
                                                  {"name", "object"},
                                                  {"waits", "waits", Unit::Count},
                                                  {"total", "total wait", Unit::Nanos},
                                                  {"mean", "mean", Unit::Nanos},
                                                  {"p99", "p99", Unit::Nanos},
                                                  {"max", "max", Unit::Nanos},
                                                  {"timeouts", "timeouts", Unit::Count, true},
                                                  {"unfinished", "unfinished", Unit::Count, true},
                                                  {"wakers", "woken by", Unit::Text, true},
                                                  {"holders", "held by tid", Unit::Text, true},
                                                  {"site", "waited mostly at", Unit::Text, true},
                                                  {"release", "released at", Unit::Text, true}})
    table.columns.push_back(column);
  const auto sites = sites_by_object(analysis);
  for (size_t i = 0; i < analysis.objects.size(); i++) {
    const ObjectRow& row = analysis.objects[i];
    const WaitSite worst = sites[i].empty() ? WaitSite() : sites[i].front();
    std::vector<Cell> cells;
    if (several) cells.emplace_back(row.pid);
    const uint64_t total = row.waits.total();
    for (const Cell& cell : std::vector<Cell>{
             row.kind, row.object, object_title(analysis, row, names), row.waits.count(), total,
             row.waits.mean(), row.waits.quantile(0.99), row.waits.max(), row.timeouts,
             row.unfinished,
             shares_text(row.wakers, total,
                         [&](uint64_t who) { return thread_title(analysis.threads[who]); }),
             shares_text(row.holders, total, [](uint64_t tid) { return fmt::format("{}", tid); }),
             names.site(worst.stack), names.site(worst.release)})
      cells.push_back(cell);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace thrace
