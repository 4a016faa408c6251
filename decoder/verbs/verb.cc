// What the verbs share.
#include "decoder/verbs/verb.h"

#include <fmt/core.h>

#include "decoder/text/escape.h"

namespace thrace {

namespace {

// A problem may have several lines (the frontier of the merge): each is made harmless.
std::string printable_lines(std::string_view text) {
  std::string out;
  for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
    out += printable(text.substr(0, end)) + '\n';
  return out + printable(text);
}

}  // namespace

void print_problems(const Problems& problems, size_t limit) {
  for (size_t i = 0; i < problems.size() && i < limit; i++)
    fmt::print(stderr, "trace-decode: {}\n", printable_lines(describe(problems[i])));
  if (problems.size() > limit)
    fmt::print(stderr, "trace-decode: {} more problems\n", problems.size() - limit);
}

int worse(int a, int b) {
  if (a == kExitUnreadable || b == kExitUnreadable) return kExitUnreadable;
  return a > b ? a : b;
}

}  // namespace thrace
