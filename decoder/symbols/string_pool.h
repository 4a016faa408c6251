// Strings that are stored once and never move.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>

namespace thrace {

// The longest name that is kept: longer ones come from hostile files, or nobody can read them.
inline constexpr size_t kMaxName = 4096;

// A text of a file, cut likewise; empty for nullptr.
inline std::string_view bounded(const char* text) {
  return text ? std::string_view(text, strnlen(text, kMaxName)) : std::string_view();
}

class StringPool {
 public:
  // A copy of `text`, cut at kMaxName bytes, that lives as long as the pool.
  std::string_view intern(std::string_view text) {
    text = text.substr(0, kMaxName);
    if (const auto found = strings_.find(text); found != strings_.end()) return *found;
    return *strings_.emplace(text).first;
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> strings_;
};

}  // namespace thrace
