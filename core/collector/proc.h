// What several parts of the collector ask of /proc and the clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thrace::collector {

uint64_t monotonic();  // CLOCK_MONOTONIC, ns

std::string proc_path(int32_t pid, const std::string& name);

// The whole of a file of a process.  False if it cannot be opened, or not be read to its end because
// the process ends just then; what was read until then is there all the same.
bool read_proc(int32_t pid, const std::string& name, std::string& text);

// The numbers that name entries of a folder.
std::vector<int32_t> numbered_entries(const std::string& folder);

// Of all processes that can be seen.
std::vector<int32_t> all_processes();

// True unless the process is gone, or dead and not waited for.
bool exists(int32_t pid);

}  // namespace thrace::collector
