// What the verbs share.
#include "decoder/verbs/verb.h"

#include <fmt/core.h>

#include "decoder/text/escape.h"

namespace thrace {

void print_problems(const Problems& problems, size_t limit) {
  for (size_t i = 0; i < problems.size() && i < limit; i++)
    fmt::print(stderr, "trace-decode: {}\n", printable(describe(problems[i])));
  if (problems.size() > limit)
    fmt::print(stderr, "trace-decode: {} more problems\n", problems.size() - limit);
}

int worse(int a, int b) {
  if (a == kExitUnreadable || b == kExitUnreadable) return kExitUnreadable;
  return a > b ? a : b;
}

}  // namespace thrace
