// --check: whether recording works on this machine, in this folder, for this command.
#pragma once

#include <string>
#include <vector>

#include "preload/launcher/environment.h"

namespace thrace {

// Prints one line for each question on stdout.  The exit status: 0, or 125 if one line says no.
int run_check(const Environment& environment, const std::vector<std::string>& command);

}  // namespace thrace
