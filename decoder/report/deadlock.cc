// Following waits from thread to thread.
#include "decoder/report/deadlock.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/report/titles.h"

namespace thrace {

std::vector<std::vector<uint32_t>> deadlocks(const Analysis& analysis) {
  IdMap<uint32_t> waits;  // by thread: index + 1
  for (uint32_t i = 0; i < analysis.open.size(); i++) waits[analysis.open[i].thread] = i + 1;
  // Each wait has at most one successor: a walk that meets its own steps has found a cycle.
  std::vector<std::vector<uint32_t>> cycles;
  std::vector<uint32_t> walk_of(analysis.open.size(), 0);  // 0: not seen
  for (uint32_t start = 0; start < analysis.open.size(); start++) {
    const uint32_t walk = start + 1;
    uint32_t at = start;
    while (walk_of[at] == 0) {
      walk_of[at] = walk;
      const uint32_t holder = analysis.open[at].holder;
      const uint32_t* next = holder == kNobody ? nullptr : waits.find(holder);
      if (!next) break;
      at = *next - 1;
      if (walk_of[at] != walk) continue;
      std::vector<uint32_t> cycle;
      uint32_t step = at;
      do {
        cycle.push_back(step);
        step = *waits.find(analysis.open[step].holder) - 1;
      } while (step != at);
      cycles.push_back(std::move(cycle));
      break;
    }
  }
  return cycles;
}

std::string deadlock_text(const Analysis& analysis, const std::vector<uint32_t>& cycle,
                          Names& names) {
  std::string text = "Deadlock: ";
  for (size_t i = 0; i < cycle.size(); i++) {
    const OpenWait& wait = analysis.open[cycle[i]];
    const ObjectRow& object = analysis.objects[wait.object];
    text +=
        fmt::format("{}{} waits for {} {}", i ? "; " : "", own_title(analysis.threads[wait.thread]),
                    object.kind, object_title(analysis, object, names));
    if (const std::string& site = names.site(wait.stack); !site.empty())
      text += fmt::format(" at {}", site);
    if (cycle.size() == 1)
      text += object.kind == "thread" ? ", which is itself" : ", which it holds itself";
    else if (object.kind != "thread")
      text += fmt::format(", held by {}", own_title(analysis.threads[wait.holder]));
  }
  return text + ".";
}

}  // namespace thrace
