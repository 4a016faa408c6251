// The wrappers of the dynamic loader's functions: what they load and unload is recorded.
#include <errno.h>
#include <sys/single_threaded.h>

#include "core/tracer/gate.h"
#include "core/unwind/capture.h"
#include "preload/modules.h"
#include "preload/real.h"

namespace thrace {
namespace {

enum LoaderCall : uint32_t { kDlopen, kDlmopen, kDlsym, kDlvsym };  // as in loader.S

// This thread has asked for a load since it last looked (L2), and may still be loading (L6).
thread_local bool t_loading = false;
thread_local uint32_t t_inside = 0;  // InsideLoader

template <typename F>
void* address_of(const Real<F>& entry) {
  void* const found = *reinterpret_cast<void* const*>(&entry);
  return found ? found : find_real_early(&entry);
}

int close(void* handle) {
  const InsideLoader inside;
  return real.dlclose(handle);
}

}  // namespace

InsideLoader::InsideLoader() { t_inside++; }
InsideLoader::~InsideLoader() { t_inside--; }

bool child_may_look() {
  return __libc_single_threaded && !t_inside && !t_loading && looks_are_allowed();
}

// Called by the stubs of loader.S with the number of the function; returns the real one.
extern "C" [[gnu::visibility("hidden")]] void* thrace_enter_loader(uint32_t which) {
  const bool loads = which == kDlopen || which == kDlmopen;
  if (loads || t_loading) {
    const int before = errno;
    const bool looked = update_modules();
    errno = before;
    t_loading = loads || !looked;
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
  const int result = close(handle);
  const int error = errno;
  unwind::end_unload(!update_modules());  // a look has forgotten what is to be (L7)
  errno = error;
  return result;
}

// A callback that forks makes a child in which nobody ever lets go of the list.
THRACE_HOOK(int, dl_iterate_phdr, (int (*see)(dl_phdr_info*, size_t, void*), void* data)) {
  const InsideLoader inside;
  return real.dl_iterate_phdr(see, data);
}

}  // namespace thrace
