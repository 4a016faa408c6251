// What the user may choose about names.
#pragma once

#include <string>
#include <vector>

namespace thrace {

struct SymbolOptions {
  bool raw_names = false;  // names as the linker sees them
  bool no_inline = false;  // physical functions only
  bool debuginfod = true;  // ask the servers in DEBUGINFOD_URLS, if it is set

  // Where debug files and copies of programs lie, under any name at any depth, or by build-id
  // (.build-id/xx/rest.debug).  They are preferred to debug_root.
  std::vector<std::string> directories{};
  std::string debug_root = "/usr/lib/debug";

  std::string perf_map_directory = "/tmp";  // where just-in-time compilers put theirs
};

}  // namespace thrace
