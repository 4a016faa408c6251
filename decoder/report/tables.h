// The tables that the reports print: threads and objects of an analysis.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// One row for each G.  `thread` (a name or tid; empty: all) picks rows.
Table thread_table(const Analysis& analysis, Names& names, const std::string& thread);

// One row for each object that was waited for.
Table object_table(const Analysis& analysis, Names& names);

// "worker/1234", or "tid 1234": how a thread is called in reports.
std::string thread_title(const ThreadRow& row);

// How an object is called: its variable; the thread that it stands for; else its address and where
// it was first waited for.
std::string object_title(const Analysis& analysis, const ObjectRow& object, Names& names);

// Where an object was waited for, and where it was released then.
struct WaitSite {
  StackId stack = 0;
  StackId release = 0;
  Cost cost;
};

// The sites of each object (by its index), those with the longest waits first.
std::vector<std::vector<WaitSite>> sites_by_object(const Analysis& analysis);

}  // namespace thrace
