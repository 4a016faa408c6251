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

Table thread_table(const Analysis& analysis, const std::string& thread) {
  Table table;
  const bool several = analysis.programs.size() > 1;
  if (several) table.columns.push_back({"pid", "pid"});
  for (const Column& column : std::vector<Column>{{"name", "thread"},
                                                  {"tid", "tid", Unit::Count},
                                                  {"start", "start routine", Unit::Address, true},
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
    for (const Cell& cell : std::vector<Cell>{row.name, row.tid, row.start, row.total(),
                                              row.running, row.runnable, row.syscall, row.waiting})
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

Table object_table(const Analysis& analysis) {
  Table table;
  const bool several = analysis.programs.size() > 1;
  if (several) table.columns.push_back({"pid", "pid"});
  for (const Column& column : std::vector<Column>{{"kind", "kind"},
                                                  {"object", "object", Unit::Address},
                                                  {"waits", "waits", Unit::Count},
                                                  {"total", "total wait", Unit::Nanos},
                                                  {"mean", "mean", Unit::Nanos},
                                                  {"p99", "p99", Unit::Nanos},
                                                  {"max", "max", Unit::Nanos},
                                                  {"timeouts", "timeouts", Unit::Count, true},
                                                  {"unfinished", "unfinished", Unit::Count, true},
                                                  {"wakers", "woken by", Unit::Text, true},
                                                  {"holders", "held by tid", Unit::Text, true}})
    table.columns.push_back(column);
  for (const ObjectRow& row : analysis.objects) {
    std::vector<Cell> cells;
    if (several) cells.emplace_back(row.pid);
    const uint64_t total = row.waits.total();
    for (const Cell& cell : std::vector<Cell>{
             row.kind, row.object, row.waits.count(), total, row.waits.mean(),
             row.waits.quantile(0.99), row.waits.max(), row.timeouts, row.unfinished,
             shares_text(row.wakers, total,
                         [&](uint64_t who) { return thread_title(analysis.threads[who]); }),
             shares_text(row.holders, total, [](uint64_t tid) { return fmt::format("{}", tid); })})
      cells.push_back(cell);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace thrace
