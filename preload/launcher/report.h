// --report: the command as a child, then the summary of its trace, then the command's own end.
#pragma once

#include <functional>
#include <string>

#include "preload/launcher/environment.h"

namespace thrace {

using Started = std::function<void(const std::string& file)>;

// Runs `launch` in a child: it says what the trace will be called, then execs the command or returns
// the status of its failure.  When the command has ended and the collector has finished that file,
// prints `decoder summary FILE` on stderr.  Ends as the command did; never returns.
[[noreturn]] void run_and_report(const std::function<int(const Started&)>& launch,
                                 const std::string& decoder, Environment environment);

}  // namespace thrace
