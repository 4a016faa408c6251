#include "preload/launcher/settings.h"

#include <fmt/core.h>

#include <charconv>
#include <filesystem>

#include "core/arena/layout.h"
#include "preload/launcher/failure.h"

namespace thrace {
namespace {

constexpr Setting kSettings[] = {
    {"-o,--output", "THRACE_OUTPUT", "FILE", ValueKind::Path,
     "the trace: %e program, %p pid, %h host, %t time (thrace.%e.%p.thr)"},
    {"-f,--force", "THRACE_FORCE", "", ValueKind::Flag, "overwrite an existing trace"},
    {"-b,--buffer", "THRACE_BUFFER", "SIZE", ValueKind::Size,
     "memory shared with the collector, 4M to 4G (64M)"},
    {"-z,--level", "THRACE_LEVEL", "N", ValueKind::Level, "zstd level, 1 to 19 (1)"},
    {"--period", "THRACE_PERIOD", "DUR", ValueKind::Duration,
     "length of a generation, 1ms to 60s (1s)"},
    {"--clock", "THRACE_CLOCK", "tsc|mono", ValueKind::Choice,
     "clock of the events (tsc where it is invariant)"},
    {"--on-full", "THRACE_ON_FULL", "drop|wait", ValueKind::Choice,
     "memory full: count what is lost, or let the program wait (drop)"},
    {"--stress", "THRACE_STRESS", "", ValueKind::Flag,
     "smallest buffers, a new generation all the time (to test thrace)"},
    {"-q,--quiet", "THRACE_QUIET", "", ValueKind::Flag, "say nothing but errors"},
    {"--log", "THRACE_LOG", "FILE", ValueKind::Path, "the collector's notes about its own work"},
};

// The number at the start of `text`, the rest goes to `unit`.  False: there is none.
bool number(std::string_view text, uint64_t& value, std::string_view& unit) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  unit = text.substr(end - text.data());
  return error == std::errc{};
}

std::string size_complaint(std::string_view text) {
  uint64_t value = 0;
  std::string_view unit;
  constexpr std::string_view kUnits = "KMG";
  if (!number(text, value, unit) || unit.size() > 1) return "is not a size such as 64M";
  if (!unit.empty()) {
    const size_t power = kUnits.find(unit[0] & ~0x20);
    if (power == std::string_view::npos) return "is not a size such as 64M";
    if (value > kMaxArena) return "is not between 4M and 4G";
    value <<= 10 * (power + 1);
  }
  return value < kMinArena || value > kMaxArena ? "is not between 4M and 4G" : "";
}

std::string duration_complaint(std::string_view text) {
  uint64_t value = 0;
  std::string_view unit;
  if (!number(text, value, unit)) return "is not a duration such as 100ms";
  const uint64_t scale = unit == "us" ? 1 : unit == "ms" ? 1000 : unit == "s" ? 1000000 : 0;
  if (!scale) return "is not a duration such as 100ms";
  return value > 60000000 || value * scale < 1000 || value * scale > 60000000
             ? "is not between 1ms and 60s"
             : "";
}

std::string level_complaint(std::string_view text) {
  uint64_t value = 0;
  std::string_view unit;
  return number(text, value, unit) && unit.empty() && value >= 1 && value <= 19
             ? ""
             : "is not a level from 1 to 19";
}

std::string choice_complaint(std::string_view choices, std::string_view text) {
  const size_t bar = choices.find('|');
  const std::string_view first = choices.substr(0, bar), second = choices.substr(bar + 1);
  return text == first || text == second ? "" : fmt::format("is neither {} nor {}", first, second);
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

std::string complaint(const Setting& setting, std::string_view value) {
  switch (setting.kind) {
    case ValueKind::Size: return size_complaint(value);
    case ValueKind::Duration: return duration_complaint(value);
    case ValueKind::Level: return level_complaint(value);
    case ValueKind::Choice: return choice_complaint(setting.metavar, value);
    case ValueKind::Flag:
    case ValueKind::Text:
    case ValueKind::Path: return "";
  }
  return "";
}

void settle(Environment& environment) {
  for (const Setting& setting : kSettings) {
    const std::string value = environment.get(setting.variable);
    if (value.empty()) continue;
    if (const std::string wrong = complaint(setting, value); !wrong.empty()) {
      throw Failure(kOwnFailure, fmt::format("{}={} {}", setting.variable, value, wrong));
    }
    if (setting.kind == ValueKind::Path) {
      environment.set(setting.variable,
                      std::filesystem::absolute(value).lexically_normal().string());
    }
  }
}

}  // namespace thrace
