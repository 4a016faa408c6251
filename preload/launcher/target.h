// The program behind the command: found as execvp would find it, followed through #! lines, and judged.
#pragma once

#include <string>
#include <vector>

namespace thrace {

struct Target {
  std::string path;                    // for execve
  std::vector<std::string> arguments;  // argv
  std::string image;                   // the ELF program that will run: path, or the last interpreter
  std::vector<std::string> needed;     // its libraries, by soname
};

// Throws Failure: 127 not found, 126 not executable, 125 when it would run without being recorded.
Target resolve(const std::vector<std::string>& command);

}  // namespace thrace
