#include "preload/launcher/settings.h"

#include <fmt/core.h>

#include <filesystem>

#include "core/collector/options.h"
#include "preload/launcher/failure.h"

namespace thrace {
namespace {

constexpr Setting kSettings[] = {
    {"--output", "-o", "THRACE_OUTPUT", "FILE", ValueKind::Text,
     "the trace: %e program, %p pid, %h host, %t time (thrace.%e.%p.thr)"},
    {"--force", "-f", "THRACE_FORCE", "", ValueKind::Flag, "overwrite an existing trace"},
    {"--buffer", "-b", "THRACE_BUFFER", "SIZE", ValueKind::Text,
     "memory shared with the collector, 4M to 4G (64M)"},
    {"--level", "-z", "THRACE_LEVEL", "N", ValueKind::Text, "zstd level, 1 to 19 (1)"},
    {"--period", "", "THRACE_PERIOD", "DUR", ValueKind::Text,
     "length of a generation, 1ms and more (1s)"},
    {"--clock", "", "THRACE_CLOCK", "tsc|mono", ValueKind::Text,
     "clock of the events (tsc where it is invariant)"},
    {"--stacks", "-s", "THRACE_STACKS", "HOW", ValueKind::Text,
     "call stacks: auto, unwind (by tables), fp (by frame pointers) or none (auto)"},
    {"--depth", "", "THRACE_DEPTH", "N", ValueKind::Text, "frames of a call stack, 1 to 128 (32)"},
    {"--on-full", "", "THRACE_ON_FULL", "drop|wait", ValueKind::Text,
     "memory full: count what is lost, or let the program wait (drop)"},
    {"--sync", "", "THRACE_SYNC", "WHEN", ValueKind::Text,
     "force the trace to the disk: none, generation, end (none)"},
    {"--stress", "", "THRACE_STRESS", "", ValueKind::Flag,
     "smallest buffers, a new generation all the time (to test thrace)"},
    {"--quiet", "-q", "THRACE_QUIET", "", ValueKind::Flag, "say nothing but errors"},
    {"--log", "", "THRACE_LOG", "FILE", ValueKind::Path,
     "the collector's notes about its own work"},
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }

void settle(Environment& environment, const std::set<std::string>& given) {
  collector::Options options;
  std::string error;
  if (!collector::read_environment(environment.pointers().data(), options, error)) {
    for (const Setting& setting : kSettings) {
      if (given.contains(setting.variable) && error.starts_with(setting.variable)) {
        error.replace(0, std::string(setting.variable).size(), setting.option);
      }
    }
    throw Failure(kOwnFailure, error);
  }
  for (const Setting& setting : kSettings) {
    const std::string value = environment.get(setting.variable);
    if (setting.kind != ValueKind::Path || value.empty()) continue;
    environment.set(setting.variable, std::filesystem::absolute(value).string());
  }
}

}  // namespace thrace
