// The text form of a problem.
#include "decoder/input/problem.h"

#include <fmt/core.h>

namespace thrace {

std::string describe(const Problem& problem) {
  if (problem.rule.empty()) return fmt::format("{}: {}", problem.file, problem.text);
  return fmt::format("{}: byte {}: {}: {}", problem.file, problem.offset, problem.rule,
                     problem.text);
}

}  // namespace thrace
