// The launcher's own failures: one sentence and the exit status that `env` would use.
#pragma once

#include <stdexcept>
#include <string>

namespace thrace {

inline constexpr int kOwnFailure = 125;
inline constexpr int kNotExecutable = 126;
inline constexpr int kNotFound = 127;

struct Failure : std::runtime_error {
  Failure(int status, const std::string& sentence) : std::runtime_error(sentence), status(status) {}
  int status;
};

}  // namespace thrace
