#include "preload/launcher/output_name.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <filesystem>

#include "core/collector/file_name.h"
#include "preload/launcher/failure.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultOutput = "thrace.%e.%p.thr";

// As a template that stands for itself.
std::string literal(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '%' ? std::string("%%") : std::string(1, c);
  return result;
}

// Fills in what is the same for all files of the session.
std::string fill_common(const std::string& text) {
  char host[HOST_NAME_MAX + 1] = "";
  gethostname(host, sizeof host - 1);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t wall = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string pair = text.substr(i, 2);
    if (pair.size() < 2 || pair[0] != '%') {
      result += text[i];
      continue;
    }
    const bool common = pair == "%h" || pair == "%t";
    result += common ? literal(collector::file_name(pair, {}, host, wall)) : pair;
    ++i;
  }
  return result;
}

std::string fill(const std::string& text, const std::string& program, int pid) {
  collector::FileOwner owner;
  owner.program = program;
  owner.pid = pid;
  return collector::file_name(text, owner, {}, 0);
}

}  // namespace

void settle_output(Environment& environment) {
  std::string text = environment.get("THRACE_OUTPUT");
  if (text.empty()) text = kDefaultOutput;
  const bool relative = text[0] != '/';
  text = fill_common(text);
  if (relative) text = literal(fs::current_path().string()) + "/" + text;
  const fs::path path = fs::path(text).lexically_normal();
  environment.set("THRACE_OUTPUT", path.string());

  std::error_code error;
  const fs::path sample = fill(path.string(), "program", 1);
  if (!path.has_filename() || fs::is_directory(sample, error)) {
    throw Failure(kOwnFailure,
                  fmt::format("{} is a folder, not a name for a trace", sample.string()));
  }
  const std::string folder = sample.parent_path().string();
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Failure(kOwnFailure, fmt::format("cannot write to {}: {}", folder, strerror(errno)));
  }
}

std::string output_name(const Environment& environment, const std::string& image, int pid) {
  std::error_code error;
  const fs::path program = fs::canonical(image, error);
  const std::string wanted = fill(environment.get("THRACE_OUTPUT"),
                                  (error ? fs::path(image) : program).filename().string(), pid);
  const bool force = environment.is_set("THRACE_FORCE");
  std::string name = wanted;
  for (int i = 1;; ++i) {
    const fs::file_status status = fs::symlink_status(name, error);
    if (!fs::exists(status) || (force && fs::is_regular_file(status))) return name;
    name = fmt::format("{}.{}", wanted, i);
  }
}

std::string short_name(const std::string& path) {
  std::error_code error;
  const std::string folder = fs::current_path(error).string() + "/";
  return !error && path.starts_with(folder) ? path.substr(folder.size()) : path;
}

}  // namespace thrace
