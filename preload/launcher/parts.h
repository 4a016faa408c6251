// Where the other parts of thrace are: in the build tree or installed, both relative to the launcher.
#pragma once

#include <string>
#include <vector>

#include "preload/launcher/environment.h"

namespace thrace {

// Each throws Failure when the part is missing.  The variables THRACE_LIBRARY and THRACE_COLLECT win.
std::string find_library(const Environment& environment);
std::string find_collector(const Environment& environment);

// trace-decode, or an empty string.
std::string find_decoder();

// How the user would call it: beside the launcher as it was called, else by what find_decoder says.
std::string decoder_command(const std::string& called_as);

// The new value of LD_PRELOAD: sanitizer runtimes (those there and those the program needs) come
// first, as they insist to; then the library; then what was there.
std::string preload_list(const std::string& old, const std::string& library,
                         const std::vector<std::string>& needed);

}  // namespace thrace
