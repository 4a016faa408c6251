// Our own symbol lookup, for calls that come before the constructor and for the constructor itself:
// what dlvsym(RTLD_NEXT) does, without malloc, locks, dlerror, or anything that needs a relocation.
#pragma once

#include "preload/real.h"

namespace thrace {

// "2.34,2.2.5" as "GLIBC_2.34", then "GLIBC_2.2.5".
class VersionList {
 public:
  explicit VersionList(const char* text) : rest_(text) {}

  // The next version; nullptr after the last.  Valid until the next call.
  const char* next();

 private:
  const char* rest_;
  char name_[24];
};

// The function in the first object behind ours that defines it in the first version that any has;
// then in its default version.  nullptr: nobody has it.
[[gnu::visibility("hidden")]] void* elf_lookup(RealName name);

// The function of that name in the code that the kernel maps into each program (vDSO); nullptr:
// there is none.
[[gnu::visibility("hidden")]] void* vdso_lookup(const char* symbol);

}  // namespace thrace
