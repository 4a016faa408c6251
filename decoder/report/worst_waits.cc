// A heap of the longest waits, and their table.
#include "decoder/report/worst_waits.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "decoder/report/titles.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

// The longest first; of equal ones, the earliest.
bool is_worse(const EndedWait& a, const EndedWait& b) {
  return std::make_tuple(b.time, a.since, a.thread) < std::make_tuple(a.time, b.since, b.thread);
}

std::string waker_title(const Analysis& analysis, const EndedWait& wait) {
  return wait.waker == kNobody ? std::string() : thread_title(analysis.threads[wait.waker]);
}

std::string outcome_text(const EndedWait& wait) {
  return std::string(wait.open ? "open"
                               : enum_text(ArgType::Outcome, static_cast<uint64_t>(wait.outcome)));
}

}  // namespace

void WorstWaits::wait(const EndedWait& wait) {
  if (heap_.size() == count_) {
    if (count_ == 0 || !is_worse(wait, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), is_worse);
    heap_.pop_back();
  }
  heap_.push_back(wait);
  std::push_heap(heap_.begin(), heap_.end(), is_worse);
}

std::vector<EndedWait> WorstWaits::waits() const {
  std::vector<EndedWait> sorted = heap_;
  std::sort(sorted.begin(), sorted.end(), is_worse);
  return sorted;
}

Table wait_table(const Analysis& analysis, const std::vector<EndedWait>& waits, Names& names) {
  Table table;
  table.columns = {{"number", "#", Unit::Count},
                   {"since", "", Unit::Nanos, false, true},
                   {"at", "since (s)"},
                   {"time", "wait", Unit::Nanos},
                   {"thread", "thread"},
                   {"kind", "kind"},
                   {"object", "", Unit::Address, false, true},
                   {"name", "object"},
                   {"outcome", "outcome"},
                   {"waker", "woken by", Unit::Text, true},
                   {"site", "waited at", Unit::Text, true},
                   {"release", "released at", Unit::Text, true}};
  for (const EndedWait& wait : waits) {
    const ObjectRow& object = analysis.objects[wait.object];
    table.rows.push_back(
        {uint64_t{table.rows.size() + 1}, static_cast<uint64_t>(std::max<int64_t>(wait.since, 0)),
         fmt::format("{:.6f}", static_cast<double>(wait.since) / 1e9), wait.time,
         thread_title(analysis.threads[wait.thread]), object.kind, object.object,
         object_title(analysis, object, names), outcome_text(wait), waker_title(analysis, wait),
         names.site(wait.stack), names.site(wait.release)});
  }
  return table;
}

void print_wait_stacks(const Analysis& analysis, const std::vector<EndedWait>& waits, Names& names,
                       std::FILE* out) {
  for (size_t i = 0; i < waits.size(); i++) {
    const EndedWait& wait = waits[i];
    if (wait.stack == 0 && wait.release == 0) continue;
    fmt::print(out, "\n#{} {} waited {} at\n{}", i + 1,
               escape(thread_title(analysis.threads[wait.thread])), duration_text(wait.time),
               wait.stack != 0 ? names.lines(wait.stack, "    ") : "    (no stack)\n");
    if (wait.waker == kNobody) continue;
    fmt::print(out, "  until {} released it at\n{}", escape(waker_title(analysis, wait)),
               wait.release != 0 ? names.lines(wait.release, "    ") : "    (no stack)\n");
  }
}

}  // namespace thrace
