// The verbs of trace-decode.  Each adds its options to the command line and leaves its exit status.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

#include "decoder/input/problem.h"

namespace thrace {

// The exit statuses of trace-decode.
enum Exit : int {
  kExitFine = 0,
  kExitUnreadable = 1,  // cannot be read, or (check) breaks a rule
  kExitUsage = 2,
  kExitDamaged = 3,  // damaged or incomplete, but used
};

void add_summary(CLI::App& app, int& status);
void add_threads(CLI::App& app, int& status);
void add_locks(CLI::App& app, int& status);
void add_waits(CLI::App& app, int& status);
void add_wakes(CLI::App& app, int& status);
void add_syscalls(CLI::App& app, int& status);
void add_flame(CLI::App& app, int& status);
void add_info(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_dump(CLI::App& app, int& status);
void add_assemble(CLI::App& app, int& status);
void add_export(CLI::App& app, int& status);
void add_events(CLI::App& app, int& status);

// Adds FILE to a verb that takes several traces.  One that is given again is left out, which is
// said on standard error: it is no second process.  `files` must live as long as the verb.
void add_files(CLI::App& verb, std::vector<std::string>& files, const std::string& doc);

// Prints problems to standard error, the first `limit` of them.
void print_problems(const Problems& problems, size_t limit = 10);

// The worse of two statuses: unreadable, then damaged, then fine.
int worse(int a, int b);

}  // namespace thrace
