#include "preload/launcher/parts.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "preload/launcher/failure.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

fs::path own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::string first_of(std::initializer_list<const char*> places, int mode) {
  for (const char* place : places) {
    const fs::path path = (own_folder() / place).lexically_normal();
    if (access(path.c_str(), mode) == 0 && !fs::is_directory(path)) return path.string();
  }
  return {};
}

std::string find_part(const Environment& environment, const char* variable, const char* what,
                      std::initializer_list<const char*> places, int mode) {
  if (const std::string path = environment.get(variable); !path.empty()) {
    if (access(path.c_str(), mode) == 0) return fs::absolute(path).lexically_normal().string();
    throw Failure(kOwnFailure, fmt::format("{} is missing: {} says {}", what, variable, path));
  }
  if (std::string path = first_of(places, mode); !path.empty()) return path;
  throw Failure(kOwnFailure, fmt::format("{} is missing: it is not where it belongs relative to {}",
                                         what, own_folder().string()));
}

bool is_sanitizer(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const auto starts = [name](const char* prefix) { return name.starts_with(prefix); };
  constexpr const char* kRuntimes[] = {"libasan.so",       "libtsan.so",        "liblsan.so",
                                       "libubsan.so",      "libhwasan.so",      "libclang_rt.asan",
                                       "libclang_rt.tsan", "libclang_rt.ubsan", "libclang_rt.hwasan"};
  return std::any_of(std::begin(kRuntimes), std::end(kRuntimes), starts);
}

}  // namespace

std::string find_library(const Environment& environment) {
  const std::string path =
      find_part(environment, "THRACE_LIBRARY", "libthrace.so",
                {"../libthrace.so", "../lib/thrace/libthrace.so",
                 "../lib/x86_64-linux-gnu/thrace/libthrace.so", "../lib64/thrace/libthrace.so"},
                R_OK);
  if (path.find_first_of(" :$") != std::string::npos) {  // ld.so has no quotes
    throw Failure(kOwnFailure, fmt::format("{} cannot be preloaded: LD_PRELOAD cannot hold a path "
                                           "with a space, a colon or a dollar sign", path));
  }
  return path;
}

std::string find_collector(const Environment& environment) {
  return find_part(environment, "THRACE_COLLECT", "thrace-collect",
                   {"../../core/collector/thrace-collect", "../libexec/thrace/thrace-collect"},
                   X_OK);
}

std::string find_decoder() { return first_of({"../../decoder/trace-decode", "trace-decode"}, X_OK); }

std::string decoder_command(const std::string& called_as) {
  const fs::path folder = fs::path(called_as).parent_path();
  if (folder.empty()) return "trace-decode";  // the launcher was found on the PATH
  const fs::path sibling = folder / "trace-decode";
  if (access(sibling.c_str(), X_OK) == 0) return shell_word(sibling.string());
  const std::string found = find_decoder();
  return found.empty() ? "trace-decode" : shell_word(found);
}

std::string preload_list(const std::string& old, const std::string& library,
                         const std::vector<std::string>& needed) {
  std::vector<std::string> first, rest;
  for (const std::string& name : needed) {
    if (is_sanitizer(name) && old.find(name) == std::string::npos) first.push_back(name);
  }
  for (size_t start = 0; start < old.size();) {
    const size_t end = std::min(old.find_first_of(": ", start), old.size());
    const std::string entry = old.substr(start, end - start);
    if (!entry.empty() && entry != library) (is_sanitizer(entry) ? first : rest).push_back(entry);
    start = end + 1;
  }
  first.push_back(library);
  first.insert(first.end(), rest.begin(), rest.end());
  return fmt::format("{}", fmt::join(first, ":"));
}

}  // namespace thrace
