// The table is made from the headers of the C library when thrace is configured (CMakeLists.txt).
#include "decoder/text/syscall_name.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace thrace {
namespace {

struct Name {
  uint64_t number;
  const char* name;
};
constexpr Name kNames[] = {
    // by number
#include "syscall_names.inc"
};

}  // namespace

std::string syscall_name(uint64_t number) {
  const Name* at = std::lower_bound(std::begin(kNames), std::end(kNames), number,
                                    [](const Name& name, uint64_t n) { return name.number < n; });
  if (at == std::end(kNames) || at->number != number) return fmt::format("syscall {}", number);
  return at->name;
}

}  // namespace thrace
