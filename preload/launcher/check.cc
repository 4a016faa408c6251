#include "preload/launcher/check.h"

#include <fmt/core.h>
#include <linux/membarrier.h>
#include <spawn.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "preload/launcher/failure.h"
#include "preload/launcher/output_name.h"
#include "preload/launcher/parts.h"
#include "preload/launcher/session.h"
#include "preload/launcher/target.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

std::string shared_memory(const Environment& environment) {
  const std::string folder = arena_folder(environment);
  struct statvfs info{};
  if (statvfs(folder.c_str(), &info) != 0) throw Failure(kOwnFailure, "no place for the arena");
  return fmt::format("{}, {} MiB free", folder, uint64_t{info.f_bavail} * info.f_frsize >> 20);
}

std::string membarrier() {
  const long known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  return known > 0 && known & MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED
             ? "yes"
             : "no; events cost a few nanoseconds more";
}

// Records a program that does nothing, into a folder of its own.
std::string trial(const Environment& environment) {
  std::string folder = (fs::temp_directory_path() / "thrace-check-XXXXXX").string();
  if (!mkdtemp(folder.data())) throw Failure(kOwnFailure, "cannot make a folder for a trial");
  const fs::path trace = fs::path(folder) / "trial.thr";
  std::string words[] = {"thrace", "-q", "-o", trace.string(), "--", "true"};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                  words[4].data(), words[5].data(), nullptr};
  Environment own = environment;
  pid_t child = 0;
  int status = -1;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv, own.pointers().data()) == 0) {
    waitpid(child, &status, 0);
  }
  std::error_code error;
  for (int i = 0; i < 300 && status == 0 && !fs::exists(trace, error); ++i) usleep(10000);
  const bool recorded = fs::exists(trace, error);
  fs::remove_all(folder, error);
  if (!recorded) throw Failure(kOwnFailure, "a trial recording of `true` left no trace");
  return "a trial recording of `true` left a trace";
}

}  // namespace

int run_check(const Environment& environment, const std::vector<std::string>& command) {
  int status = 0;
  const auto line = [&](const char* question, const std::function<std::string()>& answer) {
    try {
      fmt::print("{:<4} {:<14} {}\n", "ok", question, answer());
    } catch (const Failure& failure) {
      fmt::print("{:<4} {:<14} {}\n", "NO", question, failure.what());
      status = kOwnFailure;
    }
  };
  line("library", [&] { return find_library(environment); });
  line("collector", [&] { return find_collector(environment); });
  line("decoder", [&] {
    const std::string decoder = find_decoder();
    if (decoder.empty()) throw Failure(kOwnFailure, "trace-decode is missing");
    return decoder;
  });
  line("output", [&] {
    Environment settled = environment;
    settle_output(settled);
    return settled.get("THRACE_OUTPUT");
  });
  line("shared memory", [&] { return shared_memory(environment); });
  line("membarrier", membarrier);
  if (!command.empty()) line("command", [&] { return resolve(command).image; });
  if (status == 0) line("recording", [&] { return trial(environment); });
  return status;
}

}  // namespace thrace
