// The real functions behind the wrappers: `real.read(fd, p, n)` (G2).
//
// Found once, in the constructor; the table is read-only from then on.  A call that comes earlier
// finds an empty entry and looks for the function itself, without malloc, locks or dlerror; nothing
// here needs a relocation, so that holds in an IFUNC resolver, too.
#pragma once

#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>

#include <cstdint>

#include "preload/rules.h"

#undef longjmp
#undef siglongjmp
#undef sigpause

namespace thrace {

// Finds the function of a table entry by our own means.
[[gnu::visibility("hidden")]] THRACE_COLD void* find_real_early(const void* entry);

// One entry.
template <typename F>
class Real {
 public:
  template <typename... A>
  auto operator()(A... args) const {
    F* function = function_;
    if (!function) [[unlikely]]
      function = reinterpret_cast<F*>(find_real_early(this));
    return function(args...);
  }

  // The same while recording, for what every libc has: the constructor has filled the entry.
  template <typename... A>
  [[gnu::always_inline]] auto found(A... args) const {
    return function_(args...);
  }

 private:
  F* function_;
};

struct alignas(4096) RealTable {
#define HOOK(ret, name, params, versions) Real<ret params> name;
#define ALIAS(alias, name)
#define OLD(ret, id, name, params, version) Real<ret params> id;
#define NEED HOOK
#include "preload/real.def"
#undef HOOK
#undef ALIAS
#undef OLD
#undef NEED
};

// What is looked for.
struct RealName {
  const char* symbol;
  const char* versions;  // "2.34,2.2.5": first hit wins
};

#define HOOK(ret, name, params, versions) +1
#define ALIAS(alias, name)
#define OLD(ret, id, name, params, version) +1
#define NEED HOOK
inline constexpr unsigned kReals = 0
#include "preload/real.def"
    ;
#undef HOOK
#undef ALIAS
#undef OLD
#undef NEED
static_assert(sizeof(RealTable) == (kReals * sizeof(void*) + 4095) / 4096 * 4096);

extern "C" [[gnu::visibility("hidden")]] RealTable thrace_real;
inline constexpr const RealTable& real = thrace_real;

// The names of the table's entries, in order.
[[gnu::visibility("hidden")]] RealName real_name(unsigned index);

// Fills the table and makes it read-only.  Called once, by the constructor.
[[gnu::visibility("hidden")]] void find_reals();

}  // namespace thrace
