// Escapes of the text form: whatever bytes a name has, it prints as one harmless word.
#pragma once

#include <string>
#include <string_view>

namespace thrace {

// Control characters, quotes, backslashes and everything that is not valid UTF-8 as C escapes.
std::string escape(std::string_view text);

// The text in double quotes, escaped.
std::string quote(std::string_view text);

// As escape(), but quotes and backslashes stay: for text that is escaped already.
std::string printable(std::string_view text);

// The reverse of escape().  False if an escape is unknown or incomplete.
bool unescape(std::string_view text, std::string& out);

}  // namespace thrace
