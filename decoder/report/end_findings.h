// What the verdict says of the end: who waits there for what, and who is stuck in a system call.
#pragma once

#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/call_findings.h"
#include "decoder/stacks/names.h"

namespace thrace {

// "has been in recvfrom (socket) for 1.4 s" of a thread that others wait for at the end, or "has
// ended"; empty: neither.  `past`: it had.
std::string excuse(const Analysis& analysis, const CallFindings& calls, uint32_t thread,
                   int64_t until, bool past = false);

// A sentence for each of: the lock, the events, the system call that threads have been in longest
// when their trace ends, if that is worth a word and the end lies in the window.  `locks`: the
// locks, too, for there is no deadlock that tells it.  Not escaped.
std::vector<std::string> end_sentences(const Analysis& analysis, Names& names,
                                       const CallFindings& calls, bool locks);

}  // namespace thrace
