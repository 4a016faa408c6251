// A process environment as a value: what the traced program, the collector and the report will see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thrace {

class Environment {
 public:
  // The launcher's own.
  static Environment inherited();

  // The value of a variable; empty when it is not set.
  std::string get(std::string_view name) const;
  // A flag: set, and neither empty nor 0.
  bool is_set(std::string_view name) const;
  void set(std::string_view name, std::string_view value);
  void unset(std::string_view name);
  // "NAME=VALUE" sets, "NAME" unsets.
  void change(std::string_view assignment);

  // For execve; valid until the next change.
  std::vector<char*> pointers();

 private:
  std::vector<std::string> entries_;
};

// `text` as one word of a shell, quoted only where it must be.
std::string shell_word(std::string_view text);

}  // namespace thrace
