// How the results of a report are printed: sentences and tables as text, tables as CSV and JSON.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decoder/report/table.h"
#include "decoder/verbs/report_options.h"

namespace thrace {

// Sorts the tables as the options say; those that do not have the column keep their order.  False,
// after a message, if none has it.
bool arrange(std::vector<Section>& sections, const ReportOptions& options);

// Prints what a report has found.  Text: the sentences, then each table that has rows under its
// title, then the honesty line.  JSON: an object with the sentences ("findings") and each table by
// its name.  CSV: the first table, or the one that the options name.  With these two, what was lost
// is told on standard error.  Tables are sorted and cut as the options say; those that do not have
// the column keep their order.  The exit status.
int print_report(const Analysis& analysis, const std::vector<std::string>& sentences,
                 std::vector<Section> sections, const ReportOptions& options,
                 const std::function<void()>& details = {});

}  // namespace thrace
