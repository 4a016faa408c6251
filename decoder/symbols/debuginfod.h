// Debug files from the servers that the user names in DEBUGINFOD_URLS.
#pragma once

#include <string>

namespace thrace {

// A descriptor of the debug file with this build-id (hex), downloaded or from the client's cache;
// -1: no server is named, none has it, or the client library is not installed.  The library prints
// nothing and is found at run time, so that trace-decode needs neither it nor its HTTP client.
int fetch_debug_file(const std::string& build_id);

}  // namespace thrace
