#include "preload/launcher/report.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "preload/launcher/failure.h"

namespace thrace {
namespace {

constexpr std::chrono::seconds kPatience{60};   // for the collector to finish the file
constexpr std::chrono::seconds kSilence{2};     // before we say that we wait
constexpr std::chrono::milliseconds kPoll{5};
const std::string kFailed(1, '\0');            // no file's name has it

std::string read_all(int fd) {
  std::string result;
  char buffer[4096];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return result;
    result.append(buffer, count);
  }
}

// Signals that are about a process itself: never blocked, never forwarded.
bool forwarded(int number) {
  switch (number) {
    case SIGKILL: case SIGSTOP: case SIGSEGV: case SIGBUS: case SIGFPE: case SIGILL: case SIGABRT:
    case SIGTRAP: case SIGSYS: case SIGCHLD: case SIGTTIN: case SIGTTOU: return false;
    default: return true;
  }
}

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (forwarded(number)) sigaddset(&set, number);
  }
  sigaddset(&set, SIGCHLD);
  return set;
}

// Waits for the child's end; passes on the signals that were sent to us.  Those of the terminal reach
// the child without us, for it is in the same group; when it stops, so do we.
int wait_for(pid_t child, const sigset_t& signals) {
  while (true) {
    int status = 0;
    while (true) {
      const pid_t which = waitpid(child, &status, WNOHANG | WUNTRACED);
      if (which != child) break;
      if (!WIFSTOPPED(status)) return status;
      // A program that stops itself is its own affair; one that the terminal stops is a job.
      if (WSTOPSIG(status) == SIGSTOP) continue;
      raise(SIGSTOP);
      kill(child, SIGCONT);
    }
    siginfo_t info;
    const int number = sigwaitinfo(&signals, &info);
    if (number > 0 && number != SIGCHLD && info.si_code <= 0) kill(child, number);
  }
}

// Takes back what came too late to be passed on, so that it does not end us before the report.
void discard(const sigset_t& signals) {
  const timespec now{};
  while (sigtimedwait(&signals, nullptr, &now) > 0) {
  }
}

// True when the collector has let go of the file: it holds a lock while it writes.
bool finished(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool free = flock(fd, LOCK_SH | LOCK_NB) == 0;
  close(fd);
  return free;
}

bool wait_for_file(const std::string& file) {
  const auto start = std::chrono::steady_clock::now();
  bool said = false;
  while (!finished(file)) {
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited > kPatience) return false;
    if (waited > kSilence && !said) {
      fmt::print(stderr, "thrace: waiting for the collector to finish {}\n", file);
      said = true;
    }
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

void print_summary(const std::string& decoder, const std::string& file, Environment environment) {
  const pid_t child = fork();
  if (child == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);  // stdout is the command's
    std::string words[] = {decoder, "summary", file};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    execve(argv[0], argv, environment.pointers().data());
    _exit(kOwnFailure);
  }
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void end_as(int status) {
  if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  const rlimit none{0, 0};  // the command has left its own core already
  setrlimit(RLIMIT_CORE, &none);
  std::signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  _exit(128 + number);
}

}  // namespace

void run_and_report(const std::function<int(const Started&)>& launch, const std::string& decoder,
                    Environment environment) {
  const auto old_sigchld = std::signal(SIGCHLD, SIG_DFL);  // ignored, there would be no status
  const sigset_t signals = watched();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &signals, &before);
  int word[2];  // the child says the file's name; a successful exec closes its end
  const bool piped = pipe2(word, O_CLOEXEC) == 0;
  const pid_t child = piped ? fork() : -1;
  if (child < 0) throw Failure(kOwnFailure, "cannot start a process for the command");
  if (child == 0) {
    std::signal(SIGCHLD, old_sigchld);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    const auto say = [&](const std::string& text) {
      if (write(word[1], text.data(), text.size()) < 0) _exit(kOwnFailure);
    };
    const int status = launch(say);
    say(kFailed);
    _exit(status);
  }
  close(word[1]);
  const std::string file = read_all(word[0]);
  close(word[0]);
  const int status = wait_for(child, signals);
  discard(signals);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  const bool ran = !file.empty() && file.find(kFailed) == std::string::npos;
  if (ran && wait_for_file(file)) {
    print_summary(decoder, file, std::move(environment));
  } else if (ran) {
    fmt::print(stderr, "thrace: no finished trace at {} yet; later: {} summary {}\n", file,
               shell_word(decoder), shell_word(file));
  }
  end_as(status);
}

}  // namespace thrace
