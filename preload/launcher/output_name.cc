#include "preload/launcher/output_name.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "preload/launcher/failure.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

// Replaces each %X for which `value` has a text; leaves the others.
template <typename Value>
std::string expand(const std::string& text, Value value) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char key = text[++i];
    const char* replacement = value(key);
    result += replacement ? std::string(replacement) : std::string{'%', key};
  }
  return result;
}

}  // namespace

void settle_output(Environment& environment) {
  const std::string given = environment.get("THRACE_OUTPUT");
  char host[HOST_NAME_MAX + 1] = "";
  gethostname(host, sizeof host - 1);
  char time[32] = "";
  const std::time_t now = std::time(nullptr);
  std::strftime(time, sizeof time, "%Y%m%d-%H%M%S", std::localtime(&now));
  const std::string text = expand(given.empty() ? kDefaultOutput : given, [&](char key) {
    return key == 'h' ? host : key == 't' ? time : nullptr;
  });
  const fs::path path = fs::absolute(text).lexically_normal();
  const std::string folder = path.parent_path().string();
  std::error_code error;
  if (!path.has_filename() || fs::is_directory(path, error)) {
    throw Failure(kOwnFailure, fmt::format("{} is a folder, not a name for a trace", text));
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Failure(kOwnFailure, fmt::format("cannot write to {}: {}", folder, strerror(errno)));
  }
  environment.set("THRACE_OUTPUT", path.string());
}

std::string output_name(const Environment& environment, const std::string& image, int pid) {
  std::error_code error;
  const fs::path program = fs::canonical(image, error);
  const std::string name = (error ? fs::path(image) : program).filename().string();
  const std::string number = std::to_string(pid);
  return expand(environment.get("THRACE_OUTPUT"), [&](char key) {
    return key == 'e' ? name.c_str() : key == 'p' ? number.c_str() : key == '%' ? "%" : nullptr;
  });
}

void check_output(const Environment& environment, const std::string& name) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(name, error))) return;
  if (fs::is_regular_file(fs::symlink_status(name, error)) &&
      !environment.get("THRACE_FORCE").empty()) {
    return;
  }
  throw Failure(kOwnFailure, fmt::format("{} exists; --force overwrites a trace", name));
}

std::string short_name(const std::string& path) {
  std::error_code error;
  const std::string folder = fs::current_path(error).string() + "/";
  return !error && path.starts_with(folder) ? path.substr(folder.size()) : path;
}

}  // namespace thrace
