// Which waits count in which profile, and under which labels.
#include "decoder/export/pprof_export.h"

#include <algorithm>
#include <limits>

#include "decoder/export/pprof_profile.h"
#include "decoder/report/titles.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr PprofWhat kWhats[] = {
    {"block", PprofKind::Block, "contentions", "waiting, by the stack that waits"},
    {"mutex", PprofKind::Mutex, "contentions",
     "waiting for mutexes, rwlocks and spin locks, by the stack that released them"},
    {"wake", PprofKind::Wake, "wakes", "waiting that a thread ended, by the stack that did"},
    {"syscall", PprofKind::Syscall, "calls", "system calls that blocked, by their stack"},
};

int64_t number(uint64_t value) {
  return static_cast<int64_t>(std::min<uint64_t>(value, std::numeric_limits<int64_t>::max()));
}

}  // namespace

std::span<const PprofWhat> pprof_whats() { return kWhats; }

const PprofWhat* find_pprof_what(std::string_view name) {
  const auto* what = std::find_if(std::begin(kWhats), std::end(kWhats),
                                  [&](const PprofWhat& w) { return w.name == name; });
  return what == std::end(kWhats) ? nullptr : what;
}

void PprofExport::wait(const EndedWait& wait) {
  if (what_.kind == PprofKind::Block) costs_[{wait.thread, wait.stack, wait.object}].add(wait.time);
}

// Which objects are locks is known when the profile is written.
void PprofExport::woken(const EndedWait& wait) {
  const bool wanted = what_.kind == PprofKind::Mutex || what_.kind == PprofKind::Wake;
  if (wanted && wait.waker_picked && wait.outcome == Outcome::Woken)
    costs_[{wait.waker, wait.release, wait.object}].add(wait.time);
}

void PprofExport::call(const EndedCall& call) {
  if (what_.kind == PprofKind::Syscall && call.blocked)
    costs_[{call.thread, call.stack, static_cast<uint32_t>(call.number)}].add(call.time);
}

bool PprofExport::write(const Analysis& analysis, Names& names, std::FILE* out) const {
  names.prefetch();
  PprofProfile profile(*analysis.stacks, names);
  profile.add_value(what_.unit, "count");
  profile.add_value("delay", "nanoseconds");
  profile.set_time(analysis.wall, analysis.looked_at());
  for (const auto& [key, cost] : costs_.rows()) {
    const auto [thread, stack, object] = key;
    const ObjectRow* row = what_.kind == PprofKind::Syscall ? nullptr : &analysis.objects[object];
    if (what_.kind == PprofKind::Mutex && !is_lock(row->kind)) continue;
    pprof::Sample& sample = profile.add_sample(stack);
    sample.add_value(number(cost.count));
    sample.add_value(number(cost.total));
    profile.add_label(sample, "thread", thread_title(analysis.threads[thread]));
    if (row) {
      profile.add_label(sample, "kind", row->kind);
      profile.add_label(sample, "object", object_title(analysis, *row, names));
    } else {
      profile.add_label(sample, "call", syscall_name(object));
    }
  }
  if (const Cost& other = costs_.beyond(); other.count != 0) {
    pprof::Sample& sample = profile.add_sample(0);
    sample.add_value(number(other.count));
    sample.add_value(number(other.total));
    profile.add_label(sample, "kind", kOther);
  }
  return profile.write(out);
}

}  // namespace thrace
