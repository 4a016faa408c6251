// The options that are one THRACE_* variable each: for the collector, the traced program and, from the
// trace's header, for the reader.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "preload/launcher/environment.h"

namespace thrace {

enum class ValueKind { Flag, Text, Path, Size, Duration, Level, Choice };

struct Setting {
  const char* flags;     // as CLI11 takes them
  const char* variable;
  const char* metavar;   // what --help shows for the value; the choices, split by |, for a Choice
  ValueKind kind;
  const char* help;
};

// Flags have the value "1".
std::span<const Setting> settings();

// What is wrong with a value, as the end of a sentence; empty: nothing.
std::string complaint(const Setting& setting, std::string_view value);

// Checks every setting in `environment` and makes its paths absolute: the program may change its
// folder before it starts others.  Throws Failure.
void settle(Environment& environment);

}  // namespace thrace
