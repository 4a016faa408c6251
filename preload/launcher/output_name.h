// The name of the trace: the template of THRACE_OUTPUT as the collector will fill it in.
#pragma once

#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

inline constexpr const char* kDefaultOutput = "thrace.%e.%p.thr";

// Makes THRACE_OUTPUT an absolute template with %h and %t filled in, so that all files of the session
// agree on them.  Throws Failure when its folder cannot be written.
void settle_output(Environment& environment);

// The file of the first process image.
std::string output_name(const Environment& environment, const std::string& image, int pid);

// Throws Failure if that file must not be written.
void check_output(const Environment& environment, const std::string& name);

// As the user would type it: relative when it lies in or below the current folder.
std::string short_name(const std::string& path);

}  // namespace thrace
