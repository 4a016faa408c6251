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

THRACE_HOOK(int, prctl, (int option, long a, long b, long c, long d)) {
  const int result = real.prctl(option, a, b, c, d);
  if (option == PR_SET_NAME && !result && recording())
    label_task(pthread_self(), reinterpret_cast<const char*>(a));
  return result;
}

}  // namespace thrace
