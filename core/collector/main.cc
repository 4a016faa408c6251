// thrace-collect: reads its options, makes the arena, says that it is ready, follows the session.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "core/collector/arena_file.h"
#include "core/collector/session.h"

namespace {

using namespace thrace;
using namespace thrace::collector;

constexpr int kUsage = 2, kFailed = 1;
constexpr int kPriority = -5;

// One line for whoever started us.
void answer(const Options& options, const std::string& line) {
  const int fd = options.ready_fd >= 0 ? options.ready_fd : STDERR_FILENO;
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
  if (options.ready_fd >= 0) close(options.ready_fd);
}

int fail(const Options& options, const std::string& sentence, int status) {
  answer(options, "error: " + sentence);
  return status;
}

// The folder of the traces, as far as it does not depend on the process.
bool check_output(const std::string& output, std::string& error) {
  const std::string folder = std::filesystem::path(output).parent_path().string();
  if (folder.find('%') != std::string::npos || access(folder.c_str(), W_OK | X_OK) == 0)
    return true;
  error = "cannot write traces into " + folder + ": " + std::strerror(errno);
  return false;
}

// Apart from whoever started us: no terminal, no descriptor of theirs.
void detach() {
  setsid();
  // Where that is allowed: on a busy machine what the collector does not get to costs events.
  setpriority(PRIO_PROCESS, 0, kPriority);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  if (null > 2) close(null);
}

// SIGTERM and SIGINT end the session in order; SIGHUP and the like are not for us.
int take_signals() {
  for (const int number : {SIGHUP, SIGPIPE, SIGXFSZ, SIGQUIT}) std::signal(number, SIG_IGN);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string error;
  if (!read_arguments(argc, argv, options, error) || !read_environment(environ, options, error))
    return fail(options, error, kUsage);
  Log log;
  if (!options.log.empty() && !log.open(options.log))
    return fail(options, "cannot write THRACE_LOG " + options.log + ": " + std::strerror(errno),
                kUsage);
  if (!check_output(options.output, error)) return fail(options, error, kFailed);

  const int signals = take_signals();
  const int root =
      options.root_pid ? static_cast<int>(syscall(SYS_pidfd_open, options.root_pid, 0)) : -1;
  ArenaGrowth growth;
  char* base = create_arena(options.arena,
                            {options.buffer, options.clock, options.stress, options.wait_on_full,
                             options.stacks ? options.stack_depth : 0, options.frame_pointers,
                             options.variables, options.output},
                            error, &growth);
  if (!base) return fail(options, error, kFailed);
  answer(options, "ok");
  detach();

  Session(base, options, log, root, signals, growth).run();
  unlink(options.arena.c_str());
  arena_header(base).finished.store(1, std::memory_order_release);
  return 0;
}
