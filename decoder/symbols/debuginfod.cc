// Calling the client library of elfutils.
#include "decoder/symbols/debuginfod.h"

#include <dlfcn.h>

#include <cstdlib>

namespace thrace {
namespace {

struct Client;  // debuginfod_client

// The functions of libdebuginfod's stable interface that are used.
struct Library {
  Client* (*begin)() = nullptr;
  int (*find_debuginfo)(Client*, const unsigned char* build_id, int size, char** path) = nullptr;
  void (*end)(Client*) = nullptr;

  Library() {
    void* handle = dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (!handle) return;
    load(handle, "debuginfod_begin", begin);
    load(handle, "debuginfod_find_debuginfo", find_debuginfo);
    load(handle, "debuginfod_end", end);
  }
  bool complete() const { return begin && find_debuginfo && end; }

 private:
  template <typename Function>
  static void load(void* handle, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle, name));
  }
};

}  // namespace

int fetch_debug_file(const std::string& build_id) {
  const char* urls = std::getenv("DEBUGINFOD_URLS");
  if (!urls || !*urls || build_id.empty()) return -1;
  static const Library library;
  if (!library.complete()) return -1;
  Client* client = library.begin();
  if (!client) return -1;
  // A size of 0 says that the build-id is text.
  const auto* id = reinterpret_cast<const unsigned char*>(build_id.c_str());
  const int fd = library.find_debuginfo(client, id, 0, nullptr);
  library.end(client);
  return fd < 0 ? -1 : fd;
}

}  // namespace thrace
