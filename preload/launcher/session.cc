#include "preload/launcher/session.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "preload/launcher/failure.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSharedMemory = "/dev/shm";
constexpr std::chrono::seconds kPatience{30};  // a busy machine may take long to start anything
constexpr int kReadyFd = 3;

// The collector must not be traced, nor be changed by what the program is preloaded with.
Environment collector_environment(Environment environment) {
  environment.unset("LD_PRELOAD");
  environment.unset("THRACE_ARENA");
  return environment;
}

std::string arena_path(const std::string& folder, pid_t root) {
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) < 0) random = std::hash<std::string>{}(folder);
  return fmt::format("{}/thrace.{}.{}.{:016x}.arena", folder, getuid(), root, random);
}

// In the grandchild: a clean process (no descriptor, signal or terminal of the program's) becomes the
// collector.  Never returns.
[[noreturn]] void become_collector(int ready, char* const* argv, char* const* env) {
  if (ready != kReadyFd) dup2(ready, kReadyFd);  // clears close-on-exec
  else fcntl(ready, F_SETFD, 0);
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  close_range(kReadyFd + 1, ~0u, 0);
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(argv[0], argv, env);
  dprintf(kReadyFd, "error: cannot run %s: %s\n", argv[0], strerror(errno));
  _exit(kOwnFailure);
}

// The collector's line, without its end; empty when it ended without one or its time was up.
std::string read_line(int ready) {
  std::string line;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd waiting{ready, POLLIN, 0};
    if (left.count() <= 0 || (poll(&waiting, 1, left.count()) < 0 && errno != EINTR)) return {};
    if (!waiting.revents) continue;
    char buffer[512];
    const ssize_t count = read(ready, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return line;
    line.append(buffer, count);
    if (const size_t newline = line.find('\n'); newline != std::string::npos) {
      return line.substr(0, newline);
    }
  }
}

// What the collector complains of; empty when it is ready.  Throws Failure when it says nothing.
std::string try_start(const std::string& collector, const Environment& environment,
                      const std::string& arena, pid_t root) {
  Environment own = collector_environment(environment);
  std::vector<std::string> words{collector,    "--arena",    arena, "--ready-fd",
                                 std::to_string(kReadyFd), "--root-pid", std::to_string(root)};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::vector<char*> env = own.pointers();

  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) {
    throw Failure(kOwnFailure, fmt::format("cannot make a pipe: {}", strerror(errno)));
  }
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    const pid_t grandchild = fork();
    if (grandchild != 0) _exit(grandchild < 0);
    become_collector(pipe[1], argv.data(), env.data());
  }
  const int error = errno;
  close(pipe[1]);
  std::string line;
  if (child > 0) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    line = read_line(pipe[0]);
  }
  close(pipe[0]);
  if (child < 0) {
    throw Failure(kOwnFailure, fmt::format("cannot start the collector: {}", strerror(error)));
  }
  if (line == "ok") return {};
  constexpr std::string_view kError = "error: ";
  if (line.starts_with(kError)) return line.substr(kError.size());
  throw Failure(kOwnFailure, fmt::format("the collector {} did not answer", collector));
}

}  // namespace

std::string arena_folder(const Environment& environment) {
  // A program that is the first process of a container takes everything with it when it ends, but
  // not the folder of its output.
  if (getpid() != 1 && access(kSharedMemory, W_OK | X_OK) == 0) return kSharedMemory;
  return fs::path(environment.get("THRACE_OUTPUT")).parent_path().string();
}

std::string start_session(const std::string& collector, const Environment& environment,
                          pid_t root) {
  std::string folder = arena_folder(environment);
  std::string arena = arena_path(folder, root);
  std::string problem = try_start(collector, environment, arena, root);
  if (!problem.empty() && folder == kSharedMemory) {  // too small, most likely
    folder = fs::path(environment.get("THRACE_OUTPUT")).parent_path().string();
    arena = arena_path(folder, root);
    problem = try_start(collector, environment, arena, root);
  }
  if (!problem.empty()) throw Failure(kOwnFailure, problem);
  return arena;
}

}  // namespace thrace
