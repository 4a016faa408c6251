// The wrappers of what gives threads a name.
#include <sys/prctl.h>

#include "core/tracer/gate.h"
#include "core/tracer/task.h"
#include "preload/real.h"

namespace thrace {

THRACE_HOOK(int, pthread_setname_np, (pthread_t thread, const char* name)) {
  const int error = real.pthread_setname_np(thread, name);
  if (!error && recording()) label_task(thread, name);
  return error;
}

// The kernel reads no further than this, and needs no end of the text.
constexpr unsigned kKernelName = 15;

THRACE_HOOK(int, prctl, (int option, long a, long b, long c, long d)) {
  const int result = real.prctl(option, a, b, c, d);
  if (option == PR_SET_NAME && !result && recording()) {
    const auto* given = reinterpret_cast<const char*>(a);
    char name[kKernelName + 1] = {};
    for (unsigned i = 0; i < kKernelName && given[i]; i++) name[i] = given[i];
    label_task(pthread_self(), name);
  }
  return result;
}

}  // namespace thrace
