// Interned strings of one generation (T6).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace thrace::collector {

class Strings {
 public:
  // The id of a text; `fresh` tells whether it is new.  Ids count from 1; the empty text is 0.
  uint32_t intern(std::string_view text, bool& fresh) {
    fresh = false;
    if (text.empty()) return 0;
    const auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    fresh = true;
    const auto id = static_cast<uint32_t>(ids_.size() + 1);
    ids_.emplace(text, id);
    return id;
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> ids_;
};

}  // namespace thrace::collector
