// The text form of a problem.
#include "decoder/input/problem.h"

#include <fmt/core.h>

#include <utility>

namespace thrace {

void add(Problems& problems, Problem problem) {
  if (!is_full(problems)) return problems.push_back(std::move(problem));
  problems.back().more++;
  problems.back().cut = problems.back().cut && problem.cut;
}

std::string describe(const Problem& problem) {
  if (problem.rule.empty()) return fmt::format("{}: {}", problem.file, problem.text);
  return fmt::format("{}: byte {}: {}: {}{}", problem.file, problem.offset, problem.rule,
                     problem.text,
                     problem.more ? fmt::format(" (and {} more)", problem.more) : std::string());
}

}  // namespace thrace
