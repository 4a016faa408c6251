// The wrappers of the dynamic loader's functions: what they load and unload is recorded.
#include <errno.h>

#include "core/tracer/gate.h"
#include "core/unwind/capture.h"
#include "preload/modules.h"
#include "preload/real.h"

namespace thrace {
namespace {

enum LoaderCall : uint32_t { kDlopen, kDlmopen, kDlsym, kDlvsym };  // as in loader.S

// This thread has asked for a load since it last looked (L2).
thread_local bool t_loading = false;

template <typename F>
void* address_of(const Real<F>& entry) {
  void* const found = *reinterpret_cast<void* const*>(&entry);
  return found ? found : find_real_early(&entry);
}

}  // namespace

// Called by the stubs of loader.S with the number of the function; returns the real one.
extern "C" [[gnu::visibility("hidden")]] void* thrace_enter_loader(uint32_t which) {
  const bool loads = which == kDlopen || which == kDlmopen;
  if (loads || t_loading) {
    const int before = errno;
    update_modules();
    errno = before;
    t_loading = loads;
  }
  switch (which) {
    case kDlopen:
      return address_of(real.dlopen);
    case kDlmopen:
      return address_of(real.dlmopen);
    case kDlsym:
      return address_of(real.dlsym);
    default:
      return address_of(real.dlvsym);
  }
}

THRACE_HOOK(int, dlclose, (void* handle)) {
  if (!recording()) return real.dlclose(handle);
  update_modules();
  unwind::begin_unload();
  const int result = real.dlclose(handle);
  const int error = errno;
  unwind::end_unload();
  update_modules();
  errno = error;
  return result;
}

}  // namespace thrace
