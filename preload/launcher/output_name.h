// The name of the trace: the template of THRACE_OUTPUT as the collector will fill it in.
#pragma once

#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

// Makes THRACE_OUTPUT an absolute template that no longer depends on host and time, so that launcher
// and collector agree on the name.  Throws Failure when its folder cannot be written.
void settle_output(Environment& environment);

// The file that the collector will make for the first process image: it goes on to NAME.1, NAME.2
// where a file must not be overwritten.
std::string output_name(const Environment& environment, const std::string& image, int pid);

// As the user would type it: relative when it lies in or below the current folder.
std::string short_name(const std::string& path);

}  // namespace thrace
