// Emphasis in text for terminals.  Nothing of it reaches a file or a pipe, unless the user says so.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace thrace {

enum class Colour : uint8_t { Auto, Always, Never };

// For the whole program, before anything is printed.  Auto: on a terminal that is not dumb, unless
// NO_COLOR has a value (no-color.org).
void set_colour(Colour colour);

bool uses_colour(std::FILE* out);

enum class Emphasis : uint8_t { Heading, Alarm, Faint };

// The text, between the codes that emphasise it if `out` shows them.
std::string emphasise(std::string_view text, Emphasis emphasis, std::FILE* out);

}  // namespace thrace
