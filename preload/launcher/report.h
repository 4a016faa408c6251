// --report: the command as a child, then the summary of its trace, then the command's own end.
#pragma once

#include <functional>
#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

// Runs `launch` in a child: it execs the command or returns the status of its failure.  When the
// command has ended and the collector has finished the file that `name` gives for the child's pid,
// prints `decoder summary FILE` on stderr.  Ends as the command did; never returns.
[[noreturn]] void run_and_report(const std::function<int()>& launch,
                                 const std::function<std::string(int)>& name,
                                 const std::string& decoder, Environment environment);

}  // namespace thrace
