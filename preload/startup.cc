// The constructor: finds the real functions, finds or starts a session, and arms the tracer.
//
// It runs before every other constructor (-z initfirst) and before libc has set `environ`: what it
// knows of the environment are its arguments.
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/tracer/task.h"
#include "preload/attach.h"
#include "preload/descriptors.h"
#include "preload/elf_lookup.h"
#include "preload/modules.h"
#include "preload/raw.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/text.h"

namespace thrace {
namespace {

// One line on stderr, and where THRACE_LOG says (G9).
void complain(const char* const* environment, const char* reason) {
  static Text<1024> line;
  line.clear().add("thrace: ").add(reason).add("; the program runs untraced\n");
  if (!is_set(environment, "THRACE_QUIET"))
    raw_syscall(SYS_write, 2, raw_address(line.text()), static_cast<long>(line.length()));
  const char* log = variable(environment, "THRACE_LOG");
  if (!log || !*log) return;
  const long fd = move_high(raw_syscall(
      SYS_open, raw_address(log), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (raw_failed(fd)) return;
  raw_syscall(SYS_write, fd, raw_address(line.text()), static_cast<long>(line.length()));
  close_descriptor(fd);
}

// The bounds of the initial thread's stack: from the file name that the kernel puts at its very top
// down to the limit.
void find_main_stack() {
  constexpr uint64_t kUnlimited = 1ull << 30;
  const auto* name = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  rlimit limit{};
  if (!name || raw_syscall(SYS_prlimit64, 0, RLIMIT_STACK, 0, raw_address(&limit)) != 0) return;
  while (*name) name++;
  const uint64_t high = (reinterpret_cast<uint64_t>(name) + sizeof(void*) + kPage) & ~(kPage - 1);
  const uint64_t size = limit.rlim_cur < kUnlimited ? limit.rlim_cur : kUnlimited;
  g_guest.main_stack_high = high;
  g_guest.main_stack_low = high > size ? high - size : 0;
}

const char* executable(char** argv) {
  static char path[4096];
  const char link[] = "/proc/self/exe";
  const long length =
      raw_syscall(SYS_readlink, raw_address(link), raw_address(path), sizeof path - 1);
  if (length > 0) return path;
  return argv && argv[0] ? argv[0] : "?";
}

// True if recording.
bool start(char** argv, const char* const* environment) {
  static Session session;
  const char* arena = variable(environment, "THRACE_ARENA");
  if (!arena || !*arena) {
    start_session(environment, session);
    if (session.failure.length()) {
      complain(environment, session.failure.text());
      return false;
    }
    arena = session.arena.text();
  }
  const Attached attached = attach(arena);
  if (!attached.base) {
    // A program that outlives its session starts others: nobody asked for those to be traced.
    if (!attached.over) complain(environment, attached.reason);
    return false;
  }
  thrace_kernel_clock = reinterpret_cast<KernelClock>(vdso_lookup("__vdso_clock_gettime"));
  find_main_stack();
  char name[16] = "";
  raw_syscall(SYS_prctl, PR_GET_NAME, raw_address(name));
  const Identity identity{static_cast<int32_t>(raw_syscall(SYS_getpid)),
                          static_cast<int32_t>(raw_syscall(SYS_getppid)), name, executable(argv),
                          argv};
  if (start_process(attached.base, identity, attached.light_fence)) {
    // A program that is run by its loader (ld.so ./program) has no other: the executable is the
    // loader.
    find_modules(getauxval(AT_BASE) ? identity.executable : "");
    return true;
  }
  if (attached.base && arena_header(attached.base).phase.load() == Phase::Open)
    complain(environment, "the arena has no room for another process");
  return false;
}

[[gnu::constructor]] void on_load(int, char** argv, char** environment) {
  const int before = errno;
  find_reals();
  // A program with more rights than its user is not traced (G9).
  if (getauxval(AT_SECURE) || !start(argv, environment)) disarm();
  errno = before;
}

[[gnu::destructor]] void on_exit() {
  update_modules();
  // The kernel kills everybody in a container whose process 1 ends, the collector too.
  finish_session();
}

}  // namespace
}  // namespace thrace
