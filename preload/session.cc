#include "preload/session.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

#include "preload/descriptors.h"
#include "preload/raw.h"

namespace thrace {
namespace {

constexpr long kPatience = 5'000'000'000;  // ns
constexpr int kReadyDescriptor = 3;        // in the collector

long now() {
  timespec time{};
  raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, raw_address(&time));
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

bool can(const char* path, int mode) {
  return raw_syscall(SYS_access, raw_address(path), mode) == 0;
}

// The collector: where we are told, else where it lies relative to this library, built or
// installed.
bool find_collector(const char* const* environment, Text<4096>& path) {
  if (const char* told = variable(environment, "THRACE_COLLECT"); told && *told)
    return can(path.clear().add(told).text(), X_OK);
  Dl_info self{};
  if (!dladdr(reinterpret_cast<void*>(&start_session), &self) || !self.dli_fname) return false;
  size_t folder = 0;
  for (size_t i = 0; self.dli_fname[i]; i++)
    if (self.dli_fname[i] == '/') folder = i + 1;
  for (const char* place : {"", "../core/collector/", "../libexec/thrace/", "../../libexec/thrace/",
                            "../../../libexec/thrace/"}) {
    path.clear().add(self.dli_fname, folder).add(place).add("thrace-collect");
    if (can(path.text(), X_OK)) return true;
  }
  return false;
}

// The folder of the output: where the arena of a container's first process survives (T9).
void output_folder(const char* const* environment, Text<4096>& folder) {
  const char* output = variable(environment, "THRACE_OUTPUT");
  size_t end = 0;
  for (size_t i = 0; output && output[i] && output[i] != '%'; i++)
    if (output[i] == '/') end = i + 1;
  folder.clear();
  if (end)
    folder.add(output, end);
  else
    folder.add("./");
}

void name_arena(const char* folder, Text<4096>& path) {
  uint64_t random = 0;
  if (raw_syscall(SYS_getrandom, raw_address(&random), sizeof random, 0) != sizeof random)
    random = static_cast<uint64_t>(now()) * 0x9E3779B97F4A7C15u;
  path.clear().add(folder).add("/thrace.").number(raw_syscall(SYS_getuid)).add(".");
  path.number(raw_syscall(SYS_getpid)).add(".").number(random, 16).add(".arena");
}

// What the collector's process is made of, ready before the fork.
struct Command {
  const char* path;
  const char* arguments[8];
  const char** environment;
  long ready;
};

// In the grandchild: nothing of the program's (descriptors, session, signals) goes along.
[[noreturn]] void become_collector(const Command& command) {
  long ready = command.ready;
  if (ready != kReadyDescriptor)
    raw_syscall(SYS_dup2, ready, kReadyDescriptor);
  else
    raw_syscall(SYS_fcntl, ready, F_SETFD, 0);
  const char null_path[] = "/dev/null";
  const long null = raw_syscall(SYS_open, raw_address(null_path), O_RDWR);
  for (long fd = 0; fd < 3; fd++)
    if (fd != null) raw_syscall(SYS_dup2, null, fd);
  if (raw_failed(raw_syscall(SYS_close_range, kReadyDescriptor + 1, ~0u, 0)))
    for (long fd = kReadyDescriptor + 1; fd < 1024; fd++) close_descriptor(fd);
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    unsigned long mask;
  } deflt{};  // the kernel's own form of a sigaction
  for (int number = 1; number < NSIG; number++)
    raw_syscall(SYS_rt_sigaction, number, raw_address(&deflt), 0, sizeof deflt.mask);
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, raw_address(&deflt.mask), 0, sizeof deflt.mask);
  raw_syscall(SYS_execve, raw_address(command.path), raw_address(command.arguments),
              raw_address(command.environment));
  const char line[] = "error: the collector cannot be run\n";
  raw_syscall(SYS_write, kReadyDescriptor, raw_address(line), sizeof line - 1);
  raw_syscall(SYS_exit_group, 125);
  __builtin_unreachable();
}

// Forks twice; the program has no child afterwards.  Without an exit signal, so that no SIGCHLD
// reaches it either.
bool spawn(const Command& command) {
  const long child = raw_syscall(SYS_clone, 0);
  if (child == 0) {
    raw_syscall(SYS_setsid);
    const long grandchild = raw_syscall(SYS_clone, SIGCHLD);
    if (grandchild == 0) become_collector(command);
    raw_syscall(SYS_exit_group, grandchild < 0);
  }
  if (raw_failed(child)) return false;
  int status = 0;
  while (raw_syscall(SYS_wait4, child, raw_address(&status), __WALL, 0) == -EINTR) {
  }
  return status == 0;
}

// The collector's line, without its end; empty if it ended without one or the time is over.
void read_line(long fd, Text<512>& line) {
  line.clear();
  const long end = now() + kPatience;
  for (;;) {
    const long left = end - now();
    if (left <= 0) return;
    pollfd waiting{static_cast<int>(fd), POLLIN, 0};
    const timespec time{left / 1'000'000'000, left % 1'000'000'000};
    if (raw_syscall(SYS_ppoll, raw_address(&waiting), 1, raw_address(&time), 0, 0) <= 0) continue;
    char c;
    const long count = raw_syscall(SYS_read, fd, raw_address(&c), 1);
    if (count == -EINTR) continue;
    if (count <= 0 || c == '\n') return;
    line.add(&c, 1);
  }
}

// One try, with the arena in one place.
void try_start(Command& command, Session& session) {
  int pipe[2];
  session.failure.clear();
  if (raw_failed(raw_syscall(SYS_pipe2, raw_address(pipe), O_CLOEXEC))) {
    session.failure.add("there is no pipe left for the collector");
    return;
  }
  const long answer = move_high(pipe[0]);
  command.ready = move_high(pipe[1]);
  const bool spawned = spawn(command);
  close_descriptor(command.ready);
  static Text<512> line;
  if (spawned) read_line(answer, line);
  close_descriptor(answer);
  if (!spawned)
    session.failure.add("no process can be made for the collector");
  else if (starts_with(line.text(), "error: "))
    session.failure.add(line.text() + 7);
  else if (!starts_with(line.text(), "ok"))
    session.failure.add("the collector did not answer");
}

// The program's environment without what would trace the collector.  nullptr: no memory.
const char** collector_environment(const char* const* environment) {
  size_t count = 1;
  while (environment && environment[count - 1]) count++;
  const long memory = raw_syscall(SYS_mmap, 0, static_cast<long>(count * sizeof(char*)),
                                  PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw_failed(memory)) return nullptr;
  auto** copy = reinterpret_cast<const char**>(memory);
  size_t used = 0;
  for (size_t i = 0; i + 1 < count; i++)
    if (!starts_with(environment[i], "LD_PRELOAD=") &&
        !starts_with(environment[i], "THRACE_ARENA="))
      copy[used++] = environment[i];
  return copy;
}

}  // namespace

void start_session(const char* const* environment, Session& session) {
  static Text<4096> collector, folder;
  static Text<16> ready, root;
  static Command command;
  session.failure.clear();
  if (!find_collector(environment, collector)) {
    session.failure.add("thrace-collect is not where it belongs");
    return;
  }
  command = {collector.text(),
             {collector.text(), "--arena", session.arena.text(), "--ready-fd",
              ready.clear().number(kReadyDescriptor).text(), "--root-pid",
              root.clear().number(raw_syscall(SYS_getpid)).text(), nullptr},
             collector_environment(environment),
             -1};
  if (!command.environment) {
    session.failure.add("there is no memory");
    return;
  }
  output_folder(environment, folder);
  const char* temporary = variable(environment, "TMPDIR");
  const bool first_process = raw_syscall(SYS_getpid) == 1;
  const char* const places[] = {first_process ? folder.text() : "/dev/shm",
                                temporary && *temporary ? temporary : "/tmp", folder.text()};
  static Text<512> first_failure;
  for (const char* place : places) {
    if (!can(place, W_OK | X_OK)) continue;
    name_arena(place, session.arena);
    try_start(command, session);
    if (!session.failure.length()) break;
    if (!first_failure.length()) first_failure.add(session.failure.text());
  }
  if (!session.arena.length()) session.failure.add("there is no place for the arena");
  // What the first place was refused for is the reason; the others were only tried in its stead.
  if (session.failure.length() && first_failure.length())
    session.failure.clear().add(first_failure.text());
  size_t count = 1;
  while (environment && environment[count - 1]) count++;
  raw_syscall(SYS_munmap, raw_address(command.environment),
              static_cast<long>(count * sizeof(char*)));
}

}  // namespace thrace
