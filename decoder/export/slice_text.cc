// Putting the words together.
#include "decoder/export/slice_text.h"

#include <fmt/core.h>

#include "decoder/export/safe_text.h"
#include "decoder/text/syscall_name.h"

namespace thrace {

std::string track_text(const Track& track, Names& names) {
  if (!track.name.empty()) return safe_text(track.name);
  if (track.start != 0) return safe_text(names.routine(track.start_module, track.start));
  return "thread";
}

std::string track_title(const Track& track, Names& names) {
  return fmt::format("{}/{}", track_text(track, names), track.tid);
}

std::string object_text(const Slice& slice, Names& names) {
  const std::string name = names.variable(slice.module, slice.object);
  return name.empty() ? fmt::format("{:#x}", slice.object) : safe_text(name);
}

std::string slice_text(const Slice& slice, Names& names) {
  switch (slice.status) {
    case Status::Waiting:
      return fmt::format("{} {}", enum_text(ArgType::Wait, slice.detail),
                         object_text(slice, names));
    case Status::Syscall:
      return syscall_name(slice.detail);
    case Status::None:
      return fmt::format("{} events lost", slice.detail);
    default:
      return std::string(enum_text(ArgType::Status, static_cast<uint64_t>(slice.status)));
  }
}

bool is_lock_wait(uint64_t reason) {
  const auto wait = static_cast<WaitReason>(reason);
  return wait == WaitReason::Mutex || wait == WaitReason::RwlockRead ||
         wait == WaitReason::RwlockWrite || wait == WaitReason::Spin;
}

std::string_view wake_text(const WakeEdge& edge) { return enum_text(ArgType::Wake, edge.how); }

}  // namespace thrace
