// The options that are one THRACE_* variable each: for the collector, the traced program and, from the
// trace's header, for the reader.
#pragma once

#include <set>
#include <span>
#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

enum class ValueKind { Flag, Text, Path };

struct Setting {
  const char* option;    // the long form; it names the option in messages
  const char* letter;    // the short form, or ""
  const char* variable;
  const char* metavar;   // what --help shows for the value
  ValueKind kind;
  const char* help;
};

// Flags have the value "1".
std::span<const Setting> settings();

// Checks every setting in `environment`, by the collector's own rules, and makes paths absolute: the
// program may change its folder before it starts others.  `given` are the variables that came from the
// command line: the sentence of a Failure names the option then.
void settle(Environment& environment, const std::set<std::string>& given);

}  // namespace thrace
