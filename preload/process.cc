// The wrappers of what makes other processes: fork and its like, clone, vfork, spawn, system,
// popen.
#include <errno.h>
#include <sched.h>

#include <new>

#include "core/tracer/call.h"
#include "core/tracer/task.h"
#include "preload/modules.h"
#include "preload/raw.h"
#include "preload/real.h"

namespace thrace {
namespace {

// True in the child of a fork: the kernel has wiped the word that arms the tracer (T-a), or a
// handler of pthread_atfork has made a traced call already and so claimed another slot.
bool in_child(uint32_t slot_before) {
  return g_wiped.armed.load(std::memory_order_relaxed) != Armed::Recording ||
         g_guest.process != slot_before;
}

// Calls `make`, which forks once and returns in both processes, or only in the child.
template <typename Make>
auto forking(Make make) {
  if (!recording()) return make();
  const uint32_t slot = g_guest.process;
  const bool may_look = child_may_look();
  fork_begin();
  Call call(SYS_clone, 0);
  const auto result = make();
  if (in_child(slot)) {
    claim_after_fork();
    if (may_look) allow_looks();
    return result;
  }
  if (result < 0) fork_failed();
  call.end(result < 0 ? errno : 0, result);
  return result;
}

// A call into libc that starts a process, or waits for one, without our seeing how.
template <typename Make>
auto calling(uint32_t number, Make make) {
  Call call(number, 0);
  const auto result = make();
  call.end(result == decltype(result)(-1) ? errno : 0, result);
  return result;
}

}  // namespace

THRACE_HOOK(pid_t, fork, ()) {
  return forking([] { return real.fork(); });
}
THRACE_HOOK_ALIAS(__fork, fork)

THRACE_HOOK(pid_t, _Fork, ()) {
  return forking([] { return real._Fork(); });
}

THRACE_HOOK(int, forkpty, (int* fd, char* name, const termios* mode, const winsize* size)) {
  return forking([=] { return real.forkpty(fd, name, mode, size); });
}

// The parent ends inside; who returns is the child, or nobody was forked.
THRACE_HOOK(int, daemon, (int stay, int keep)) {
  return forking([=] { return real.daemon(stay, keep); });
}

// --- clone ---------------------------------------------------------------------------------------

namespace {

struct CloneChild {
  int (*routine)(void*);
  void* argument;
};

int run_clone_child(void* child) {
  const auto [routine, argument] = *static_cast<CloneChild*>(child);
  claim_after_fork();
  return routine(argument);
}

}  // namespace

// A child on our memory with the caller's TLS, for as long as it likes: whatever either records
// would be taken for the other's, so the thread is silent from here on.
static void mute_if_tls_is_shared(uint64_t flags) {
  if ((flags & (CLONE_VM | CLONE_SETTLS)) == CLONE_VM) mute();
}

// Called by syscall() before clone and clone3, which return twice and so get no wrapper.
extern "C" [[gnu::visibility("hidden")]] void thrace_clone_begins(long number, long first,
                                                                  size_t size) {
  if (number == SYS_clone) return mute_if_tls_is_shared(static_cast<uint64_t>(first));
  constexpr size_t kLeast = 64;  // the kernel refuses shorter ones unread
  const auto* flags = reinterpret_cast<const uint64_t*>(first);
  if (size >= kLeast && is_readable(flags)) mute_if_tls_is_shared(*flags);
}

// `parent`, `tls` and `child` are only there if the flags say so; the real clone is given the same.
THRACE_HOOK(int, clone,
            (int (*routine)(void*), void* stack, int flags, void* argument, pid_t* parent,
             void* tls, pid_t* child)) {
  const auto make = [&] { return real.clone(routine, stack, flags, argument, parent, tls, child); };
  if (!recording() || !routine || !stack) return make();
  if (!(flags & CLONE_VM)) {
    // The child finds this frame in its copy of the memory.
    CloneChild copy{routine, argument};
    return forking(
        [&] { return real.clone(run_clone_child, stack, flags, &copy, parent, tls, child); });
  }
  if (flags & CLONE_SETTLS) return make();  // a thread of its own, foreign to us
  if (!(flags & CLONE_VFORK)) {
    mute_if_tls_is_shared(static_cast<uint64_t>(flags));
    return make();
  }
  Call call(SYS_clone, 0);
  mute();
  const int result = make();
  unmute();
  call.end(result < 0 ? errno : 0, result);
  return result;
}
THRACE_HOOK_ALIAS(__clone, clone)

// --- vfork ---------------------------------------------------------------------------------------

namespace {

// In TLS, not on the stack: the child's calls overwrite the frames below the caller's.
thread_local Call* t_vfork = nullptr;
alignas(Call) thread_local char t_vfork_call[sizeof(Call)];

}  // namespace

// Called by the assembly stub, in the parent.
extern "C" [[gnu::visibility("hidden")]] void thrace_vfork_begin() {
  if (!recording()) return;
  // A handler may call vfork: what it interrupts lies above it on the stack, but not above our TLS.
  const auto frame = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  if (!t_local.muted) t_vfork = new (t_vfork_call) Call(SYS_vfork, 0, frame);
  mute();
}

extern "C" [[gnu::visibility("hidden")]] pid_t thrace_vfork_end(long result) {
  const bool failed = result < 0;
  if (failed) errno = static_cast<int>(-result);
  if (t_local.muted) unmute();
  if (t_vfork && !t_local.muted) {
    t_vfork->end(failed ? static_cast<uint32_t>(-result) : 0, result);
    t_vfork = nullptr;
  }
  return failed ? -1 : static_cast<pid_t>(result);
}

// --- Processes made inside libc ------------------------------------------------------------------

// clang-format off
#define OLD "@GLIBC_2.2.5, remove"
#define NEW "@@@GLIBC_2.15"
#define SPAWN(id, name, version)                                                             \
  THRACE_HOOK_VERSION(int, id, name, version,                                                \
              (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,     \
               const posix_spawnattr_t* attributes, char* const* argv, char* const* envp)) { \
    Call call(SYS_clone, 0);                                                                 \
    const int error = real.id(pid, path, actions, attributes, argv, envp);                   \
    call.end(error, error || !pid ? 0 : *pid);                                               \
    return error;                                                                            \
  }
SPAWN(posix_spawn, posix_spawn, NEW)
SPAWN(posix_spawnp, posix_spawnp, NEW)
SPAWN(old_posix_spawn, posix_spawn, OLD)
SPAWN(old_posix_spawnp, posix_spawnp, OLD)
// clang-format on

THRACE_HOOK(int, system, (const char* command)) {
  return calling(SYS_wait4, [=] { return real.system(command); });
}

THRACE_HOOK(int, pclose, (FILE * stream)) {
  return calling(SYS_wait4, [=] { return real.pclose(stream); });
}

THRACE_HOOK(FILE*, popen, (const char* command, const char* mode)) {
  Call call(SYS_clone, 0);
  FILE* stream = real.popen(command, mode);
  call.end(stream ? 0 : errno, stream ? 0 : -1);
  return stream;
}

}  // namespace thrace
