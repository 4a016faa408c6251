// Reading the command line and the THRACE_* variables.
#include "core/collector/options.h"

#include <charconv>
#include <filesystem>
#include <string_view>

#include "core/collector/clock.h"
#include "core/format/event.h"

namespace thrace::collector {
namespace {

// A whole number, then a suffix out of `units`.
struct Unit {
  std::string_view suffix;
  uint64_t factor;
};

template <size_t N>
bool read_amount(std::string_view text, const Unit (&units)[N], uint64_t& value) {
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return false;
  const std::string_view suffix(end, text.data() + text.size() - end);
  for (const Unit& unit : units)
    if (suffix == unit.suffix) return !__builtin_mul_overflow(number, unit.factor, &value);
  return false;
}

constexpr Unit kSizes[] = {{"", 1},         {"K", 1u << 10}, {"k", 1u << 10}, {"M", 1u << 20},
                           {"m", 1u << 20}, {"G", 1u << 30}, {"g", 1u << 30}};
constexpr Unit kDurations[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
constexpr Unit kPlain[] = {{"", 1}};

constexpr uint64_t kShortestPeriod = 1'000'000;

bool is_set(std::string_view value) { return !value.empty() && value != "0"; }

template <typename T>
bool choose(std::string_view value, std::string_view first, T if_first, std::string_view second,
            T if_second, T& result) {
  if (value != first && value != second) return false;
  result = value == first ? if_first : if_second;
  return true;
}

// What a value should have been; empty if it is fine.
std::string_view read_variable(std::string_view name, std::string_view value, Options& options) {
  uint64_t number = 0;
  if (name == "THRACE_OUTPUT") {
    options.output = value;
  } else if (name == "THRACE_FORCE") {
    options.force = is_set(value);
  } else if (name == "THRACE_STRESS") {
    options.stress = is_set(value);
  } else if (name == "THRACE_LOG") {
    options.log = value;
  } else if (name == "THRACE_BUFFER") {
    if (!read_amount(value, kSizes, number) || number < kMinArena || number > kMaxArena)
      return "a size between 4M and 4G";
    options.buffer = number;
  } else if (name == "THRACE_LEVEL") {
    if (!read_amount(value, kPlain, number) || number < 1 || number > 19)
      return "a zstd level between 1 and 19";
    options.level = static_cast<int>(number);
  } else if (name == "THRACE_PERIOD") {
    if (!read_amount(value, kDurations, number) || number < kShortestPeriod)
      return "a duration of at least 1ms, such as 1s or 10ms";
    options.period = number;
  } else if (name == "THRACE_STACKS") {
    options.frame_pointers = value == "fp";
    options.stacks = value != "none";
    if (value != "auto" && value != "unwind" && value != "fp" && value != "none")
      return "auto, unwind, fp or none";
  } else if (name == "THRACE_DEPTH") {
    if (!read_amount(value, kPlain, number) || number < 1 || number > kMaxFrames)
      return "a number of frames between 1 and 128";
    options.stack_depth = static_cast<uint32_t>(number);
  } else if (name == "THRACE_ON_FULL") {
    if (!choose(value, "wait", true, "drop", false, options.wait_on_full)) return "drop or wait";
  } else if (name == "THRACE_CLOCK") {
    if (!choose(value, "tsc", ClockKind::Tsc, "mono", ClockKind::Monotonic, options.clock))
      return "tsc or mono";
    if (options.clock == ClockKind::Tsc && !tsc_is_invariant())
      return "mono: this machine has no invariant TSC";
  } else if (name == "THRACE_SYNC") {
    if (value == "none")
      options.sync = Sync::None;
    else if (value == "generation")
      options.sync = Sync::Generation;
    else if (value == "end")
      options.sync = Sync::End;
    else
      return "none, generation or end";
  }
  return {};
}

bool read_number(std::string_view text, int32_t& value) {
  uint64_t number = 0;
  if (!read_amount(text, kPlain, number) || number > INT32_MAX) return false;
  value = static_cast<int32_t>(number);
  return true;
}

}  // namespace

bool read_arguments(int argc, char** argv, Options& options, std::string& error) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    bool good = value != nullptr;
    if (name == "--arena") {
      if (value) options.arena = value;
    } else if (name == "--ready-fd") {
      good = good && read_number(value, options.ready_fd);
    } else if (name == "--root-pid") {
      good = good && read_number(value, options.root_pid);
    } else {
      error = "thrace-collect has no option " + std::string(name);
      continue;  // --ready-fd may follow
    }
    if (!good && error.empty())
      error = "the value of " + std::string(name) + " is missing or wrong";
  }
  if (error.empty() && options.arena.empty()) error = "--arena is missing";
  return error.empty();
}

bool read_environment(char** environment, Options& options, std::string& error) {
  options.clock = tsc_is_invariant() ? ClockKind::Tsc : ClockKind::Monotonic;
  for (; *environment; environment++) {
    const std::string_view entry = *environment;
    const size_t equals = entry.find('=');
    if (!entry.starts_with("THRACE_") || equals == std::string_view::npos) continue;
    const auto name = entry.substr(0, equals), value = entry.substr(equals + 1);
    if (value.empty()) continue;
    options.variables.append(entry).push_back('\n');
    const std::string_view wanted = read_variable(name, value, options);
    if (wanted.empty()) continue;
    error =
        std::string(name) + " is \"" + std::string(value) + "\", it must be " + std::string(wanted);
    return false;
  }
  std::error_code ignored;
  options.output = std::filesystem::absolute(options.output, ignored).string();
  if (!options.log.empty()) options.log = std::filesystem::absolute(options.log, ignored).string();
  return true;
}

}  // namespace thrace::collector
