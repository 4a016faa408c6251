// Fills the table of real functions.
#include "preload/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>

#include <cstddef>

#include "preload/elf_lookup.h"
#include "preload/raw.h"
#include "preload/text.h"

namespace thrace {

RealTable thrace_real;

namespace {

// Tables of strings without pointers: nothing here may need a relocation (see real.h).
struct Names {
#define HOOK(ret, name, params, versions) char name[sizeof(#name)], name##_v[sizeof(versions)];
#define ALIAS(alias, name)
#define OLD(ret, id, name, params, version) char id[sizeof(#name)], id##_v[sizeof(version)];
#define NEED HOOK
#include "preload/real.def"
#undef HOOK
#undef OLD
};
constexpr Names kNames = {
#define HOOK(ret, name, params, versions) #name, versions,
#define OLD(ret, id, name, params, version) #name, version,
#include "preload/real.def"
#undef HOOK
#undef OLD
};
struct Place {
  uint16_t symbol, versions;
};
constexpr Place kPlaces[] = {
#define HOOK(ret, name, params, versions) {offsetof(Names, name), offsetof(Names, name##_v)},
#define OLD(ret, id, name, params, version) {offsetof(Names, id), offsetof(Names, id##_v)},
#include "preload/real.def"
#undef HOOK
#undef OLD
#undef ALIAS
#undef NEED
};
static_assert(sizeof(kPlaces) / sizeof(kPlaces[0]) == kReals);
static_assert(sizeof(Names) < 65536);

// What a libc that lacks a function says: as the kernel does for a system call it lacks.
long absent() {
  errno = ENOSYS;
  return -1;
}

int absent_value() { return ENOSYS; }

// The pthread functions return the error's number.
void* absence(const char* symbol) {
  const bool value = starts_with(symbol, "pthread_") || starts_with(symbol, "posix_spawn");
  return value ? reinterpret_cast<void*>(absent_value) : reinterpret_cast<void*>(absent);
}

void* find_by_loader(RealName name) {
  VersionList versions(name.versions);
  while (const char* version = versions.next())
    if (void* found = real.dlvsym(RTLD_NEXT, name.symbol, version)) return found;
  return real.dlsym(RTLD_NEXT, name.symbol);
}

}  // namespace

RealName real_name(unsigned index) {
  const char* names = reinterpret_cast<const char*>(&kNames);
  return {names + kPlaces[index].symbol, names + kPlaces[index].versions};
}

void* find_real_early(const void* entry) {
  const auto index = static_cast<const char*>(entry) - reinterpret_cast<const char*>(&thrace_real);
  const RealName name = real_name(static_cast<unsigned>(index) / sizeof(void*));
  void* found = elf_lookup(name);
  return found ? found : absence(name.symbol);
}

void find_reals() {
  auto** entry = reinterpret_cast<void**>(&thrace_real);
  bool asked = false;
  for (unsigned i = 0; i < kReals; i++) {
    const RealName name = real_name(i);
    // Our own lookup first: unlike dlvsym's, its failures leave no dlerror behind.
    void* found = elf_lookup(name);
    if (!found) {
      found = find_by_loader(name);
      asked = true;
    }
    entry[i] = found ? found : absence(name.symbol);
  }
  if (asked) dlerror();  // the program must not find our message
  raw_syscall(SYS_mprotect, raw_address(&thrace_real), sizeof thrace_real, PROT_READ);
}

}  // namespace thrace
