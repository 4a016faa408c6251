// A problem that was found in a trace: where it is and which rule of the format page it breaks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thrace {

struct Problem {
  std::string file;
  uint64_t offset = 0;  // of the byte, or of the frame that holds it, in the file
  std::string rule;  // "F3" or "R6": as numbered on the format page; empty: the file cannot be read
  std::string text;  // one sentence, without a full stop

  // True if everything before it was read and everything behind it is missing: the end of a
  // recording that was killed.  False for damage and for broken rules.
  bool cut = false;

  uint64_t more = 0;  // so many that were found after it are not listed
};

using Problems = std::vector<Problem>;

// Of one file: nobody reads more, and hostile input could have them by the million.
inline constexpr size_t kMostProblems = 1000;

inline bool is_full(const Problems& problems) { return problems.size() >= kMostProblems; }

// Lists a problem, or counts it with the last one if there are many.
void add(Problems& problems, Problem problem);

// "FILE: byte 123: F3: sentence", or "FILE: sentence" if no rule is concerned.
std::string describe(const Problem& problem);

}  // namespace thrace
