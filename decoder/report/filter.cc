// Matching of names, patterns and expressions.
#include "decoder/report/filter.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>

namespace thrace {
namespace {

constexpr int kModuleShift = 48;  // user addresses have 47 bits
constexpr int kRegexFlags = REG_EXTENDED | REG_NOSUB;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A name that is meant literally may look like a pattern, so it is compared first.
bool named(const std::string& wanted, const std::string& name) {
  return wanted == name || fnmatch(wanted.c_str(), name.c_str(), 0) == 0;
}

uint64_t address_of(const std::string& text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return 0;
  char* end = nullptr;
  const uint64_t address = std::strtoull(text.c_str(), &end, 16);
  return *end == '\0' ? address : 0;
}

}  // namespace

std::string regex_problem(const std::string& text) {
  regex_t regex;
  const int error = regcomp(&regex, text.c_str(), kRegexFlags);
  if (error == 0) {
    regfree(&regex);
    return {};
  }
  char reason[256];
  regerror(error, &regex, reason, sizeof reason);
  return fmt::format("{} is no regular expression: {}", text, reason);
}

std::string group_name(std::string_view thread) {
  std::string name;
  for (const char c : thread) {
    if (!is_digit(c))
      name += c;
    else if (name.empty() || name.back() != '*')
      name += '*';
  }
  return name;
}

bool picks_thread(const Filter& filter, std::string_view name, uint64_t tid) {
  if (filter.thread.empty()) return true;
  return named(filter.thread, std::string(name)) || filter.thread == fmt::format("{}", tid);
}

void Picker::FreeRegex::operator()(regex_t* regex) const {
  regfree(regex);
  delete regex;
}

Picker::Picker(const Filter& filter, Names& names)
    : filter_(filter), names_(names), address_(address_of(filter.object)) {
  if (filter_.function.empty()) return;
  auto regex = std::make_unique<regex_t>();
  if (regcomp(regex.get(), filter_.function.c_str(), kRegexFlags) == 0)
    regex_.reset(regex.release());
}

bool Picker::object(ModuleIndex module, uint64_t address) {
  if (filter_.object.empty()) return true;
  if (address_ != 0) return address == address_;
  Answer& answer = objects_[address ^ uint64_t{module} << kModuleShift];
  if (answer == Answer::None)
    answer = named(filter_.object, names_.variable(module, address)) ? Answer::Yes : Answer::No;
  return answer == Answer::Yes;
}

bool Picker::function(StackId stack) {
  if (filter_.function.empty()) return true;
  if (stack >= stacks_.size()) stacks_.resize(stack + 1);
  Answer& answer = stacks_[stack];
  if (answer == Answer::None) {
    const auto frames = names_.frames(stack);
    const bool any = std::any_of(frames.begin(), frames.end(),
                                 [&](const Frame& frame) { return matches(frame.function); });
    answer = any ? Answer::Yes : Answer::No;
  }
  return answer == Answer::Yes;
}

bool Picker::matches(std::string_view function) const {
  if (!regex_ || function.empty()) return false;
  regmatch_t whole = {0, static_cast<regoff_t>(function.size())};
  return regexec(regex_.get(), function.data(), 1, &whole, REG_STARTEND) == 0;
}

}  // namespace thrace
