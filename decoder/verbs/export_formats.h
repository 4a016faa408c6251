// How each format of `export` is made.
#pragma once

#include <string>

#include "decoder/verbs/report_options.h"

namespace thrace {

struct ExportOptions {
  ReportOptions report;
  std::string format;
  std::string what;  // of a profile; empty: the format's first one
  std::string target;
};

// Each writes the export and returns the exit status of the verb.
int export_perfetto(const ExportOptions& options);
int export_chrome(const ExportOptions& options);
int export_go(const ExportOptions& options);
int export_pprof(const ExportOptions& options);
int export_folded(const ExportOptions& options);
int export_speedscope(const ExportOptions& options);
int export_sqlite(const ExportOptions& options);

}  // namespace thrace
