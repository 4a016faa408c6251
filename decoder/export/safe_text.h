// Texts of a trace as the formats of other tools may have them.
#pragma once

#include <string>
#include <string_view>

namespace thrace {

// No name is longer in an export: viewers become slow, and C++ knows names of megabytes.
inline constexpr size_t kMaxExportedText = 1024;

// One harmless line of valid UTF-8, however the bytes came about: control characters and invalid
// bytes as escapes; of a text that is longer than kMaxExportedText, the beginning and the end.
std::string safe_text(std::string_view text);

}  // namespace thrace
