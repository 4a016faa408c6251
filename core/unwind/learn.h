// Learning a rule at the first sight of an address.
#pragma once

#include <cstdint>

#include "core/unwind/rule.h"

namespace thrace::unwind {

// The rule for the code at `pc`, from the tables of its module, remembered in g_rules;
// that of a function's last byte as Rule::as_last().  Cfa::Unknown if tables must not be read now.
// About a microsecond, where g_rules.find takes a few nanoseconds.
[[gnu::cold, gnu::noinline]] Rule learn(uint64_t pc);

}  // namespace thrace::unwind
