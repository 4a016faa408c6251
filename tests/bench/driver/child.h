// Running a program, with everything that it leaves behind, and what that cost.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thrace::bench {

using Words = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

struct Finished {
  std::string output;
  double wall_ns = 0;        // until the program ended
  double cpu_ns = 0;         // of the program
  double others_cpu_ns = 0;  // of the orphans that it left (a collector), which are waited for
};

// Runs `words[0]`, found in PATH, with these variables added.  Throws std::runtime_error if it
// cannot run or does not end with 0.
Finished run_program(const Words& words, const Variables& variables = {});

}  // namespace thrace::bench
