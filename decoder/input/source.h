// What a path on the command line stands for: a trace file, standard input, or the arena that a
// dead collector left, which holds one trace for each process image.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decoder/input/input.h"
#include "decoder/input/problem.h"

namespace thrace {

struct Source {
  std::string name;
  std::unique_ptr<Input> input;
};

// Opens a path.  On failure the result is empty and the reason is added to `problems`.
std::vector<Source> open_source(const std::string& path, Problems& problems);

}  // namespace thrace
