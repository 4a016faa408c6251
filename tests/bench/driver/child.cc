// Running a program, with everything that it leaves behind, and what that cost.
#include "tests/bench/driver/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace thrace::bench {
namespace {

using Clock = std::chrono::steady_clock;

double cpu_of(const rusage& usage) {
  const auto ns = [](const timeval& t) {
    return 1e9 * static_cast<double>(t.tv_sec) + 1e3 * static_cast<double>(t.tv_usec);
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

[[noreturn]] void become(std::vector<char*>& argv, const Variables& variables, int output) {
  dup2(output, STDOUT_FILENO);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  execvp(argv[0], argv.data());
  _exit(127);
}

// Until the last who can write is gone or has closed it.
std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace

Finished run_program(const Words& words, const Variables& variables) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphans come to us
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");

  Finished result;
  const auto start = Clock::now();
  const pid_t child = fork();
  if (child == 0) become(argv, variables, pipe[1]);
  close(pipe[1]);
  if (child < 0) throw std::runtime_error("cannot fork");
  result.output = read_all(pipe[0]);
  close(pipe[0]);

  int status = 0, child_status = 0;
  rusage usage;
  for (pid_t pid; (pid = wait4(-1, &status, 0, &usage)) > 0 || errno == EINTR;) {
    if (pid == child) {
      child_status = status;
      result.cpu_ns = cpu_of(usage);
      result.wall_ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    } else if (pid > 0) {
      result.others_cpu_ns += cpu_of(usage);
    }
  }
  if (child_status != 0)
    throw std::runtime_error(
        fmt::format("{} failed (wait status {:#x})", fmt::join(words, " "), child_status));
  return result;
}

}  // namespace thrace::bench
