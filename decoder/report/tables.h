// The tables that the reports print: threads and objects of an analysis.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"

namespace thrace {

// One row for each G.  `thread` (a name or tid; empty: all) picks rows.
Table thread_table(const Analysis& analysis, const std::string& thread);

// One row for each object that was waited for.
Table object_table(const Analysis& analysis);

// "worker/1234", or "tid 1234": how a thread is called in reports.
std::string thread_title(const ThreadRow& row);

}  // namespace thrace
