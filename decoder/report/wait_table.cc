// Columns and lines of waits.
#include "decoder/report/wait_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/report/titles.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

std::string waker_title(const Analysis& analysis, const EndedWait& wait) {
  return wait.waker == kNobody ? std::string() : thread_title(analysis.threads[wait.waker]);
}

std::string outcome_text(const EndedWait& wait) {
  return std::string(wait.open ? "open"
                               : enum_text(ArgType::Outcome, static_cast<uint64_t>(wait.outcome)));
}

}  // namespace

Table wait_table(const Analysis& analysis, const std::vector<EndedWait>& waits,
                 const std::vector<std::vector<Link>>& chains, Names& names) {
  struct Row {
    size_t number;
    const EndedWait* wait;
    const std::vector<Link>* chain;
  };
  std::vector<Row> rows;
  for (size_t i = 0; i < waits.size(); i++) rows.push_back({i + 1, &waits[i], &chains[i]});
  const auto object = [&](const Row& row) -> const ObjectRow& {
    return analysis.objects[row.wait->object];
  };
  const std::vector<Field<Row>> fields = {
      {{"number", "#", Unit::Count}, [](const Row& row) { return uint64_t{row.number}; }},
      // Before the start, if it was under way when the first generation began.
      {{"since", "", Unit::Nanos, false, true},
       [](const Row& row) { return static_cast<uint64_t>(std::max<int64_t>(row.wait->since, 0)); }},
      {{"at", "since (s)"},
       [](const Row& row) {
         return fmt::format("{:.6f}", static_cast<double>(row.wait->since) / 1e9);
       }},
      {{"time", "wait", Unit::Nanos}, [](const Row& row) { return row.wait->time; }},
      {{"thread", "thread"},
       [&](const Row& row) { return thread_title(analysis.threads[row.wait->thread]); }},
      {{"kind", "kind"}, [&](const Row& row) { return object(row).kind; }},
      {{"object", "", Unit::Address, false, true},
       [&](const Row& row) { return object(row).object; }},
      {{"name", "object"},
       [&](const Row& row) { return object_title(analysis, object(row), names); }},
      {{"outcome", "outcome"}, [](const Row& row) { return outcome_text(*row.wait); }},
      {{"waker", "woken by", Unit::Text, true},
       [&](const Row& row) { return waker_title(analysis, *row.wait); }},
      {{"site", "waited at", Unit::Text, true},
       [&](const Row& row) { return names.site(row.wait->stack); }},
      {{"release", "released at", Unit::Text, true},
       [&](const Row& row) { return names.site(row.wait->release); }},
      {{"cause", "meanwhile", Unit::Text, true}, [&](const Row& row) {
         return row.chain->empty() ? std::string() : link_text(analysis, row.chain->back(), names);
       }}};
  return make_table(fields, rows);
}

void print_wait_stacks(const Analysis& analysis, const EndedWait& wait, size_t number, Names& names,
                       std::FILE* out) {
  const ObjectRow& object = analysis.objects[wait.object];
  fmt::print(out, "\n#{} {} waited {} for {} {} at\n{}", number,
             escape(thread_title(analysis.threads[wait.thread])), duration_text(wait.time),
             object.kind, escape(object_title(analysis, object, names)),
             wait.stack != 0 ? names.lines(wait.stack, "    ") : "    (no stack)\n");
  if (wait.waker == kNobody) return;
  if (wait.join) {
    fmt::print(out, "  until {} ended\n", escape(waker_title(analysis, wait)));
    return;
  }
  fmt::print(out, "  until {} released it at\n{}", escape(waker_title(analysis, wait)),
             wait.release != 0 ? names.lines(wait.release, "    ") : "    (no stack)\n");
}

}  // namespace thrace
