// The table of real functions: each entry is the version that it should be, found by both lookups.
#include "preload/real.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "preload/elf_lookup.h"

namespace thrace {
namespace {

void* by_loader(RealName name) {
  VersionList versions(name.versions);
  while (const char* version = versions.next())
    if (void* found = dlvsym(RTLD_NEXT, name.symbol, version)) return found;
  return dlsym(RTLD_NEXT, name.symbol);
}

TEST(Real, OurLookupFindsWhatTheLoaderFinds) {
  for (unsigned i = 0; i < kReals; i++) {
    const RealName name = real_name(i);
    EXPECT_EQ(elf_lookup(name), by_loader(name)) << name.symbol << " " << name.versions;
  }
}

TEST(Real, TheKernelsCodeIsFoundAsByTheLoader) {
  void* const vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
  if (!vdso) GTEST_SKIP() << "there is none";
  for (const char* name : {"__vdso_clock_gettime", "__vdso_getcpu", "clock_gettime", "nonesuch"})
    EXPECT_EQ(vdso_lookup(name), dlsym(vdso, name)) << name;
}

TEST(Real, EachEntryIsKnownInItsFirstVersion) {
  for (unsigned i = 0; i < kReals; i++) {
    const RealName name = real_name(i);
    VersionList versions(name.versions);
    const char* version = versions.next();
    ASSERT_NE(version, nullptr);
    EXPECT_NE(dlvsym(RTLD_NEXT, name.symbol, version), nullptr) << name.symbol << "@" << version;
  }
}

TEST(Real, AnEmptyEntryStillCalls) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  EXPECT_EQ(real.pthread_mutex_lock(&mutex), 0);
  EXPECT_EQ(real.pthread_mutex_trylock(&mutex), EBUSY);
  EXPECT_EQ(real.pthread_mutex_unlock(&mutex), 0);
}

TEST(Real, BothVersionsOfConditionVariablesAndNoMessageLeft) {
  EXPECT_EQ(dlopen("/nonexistent", RTLD_NOW), nullptr);
  find_reals();
  EXPECT_NE(dlerror(), nullptr) << "the program's message is gone";
  auto* entries = reinterpret_cast<void* const*>(&real);
  for (unsigned i = 0; i < kReals; i++) EXPECT_EQ(entries[i], by_loader(real_name(i)));
  const auto entry = [&](const auto& function) {
    return entries[reinterpret_cast<void* const*>(&function) - entries];
  };
  EXPECT_EQ(entry(real.pthread_cond_wait),
            dlvsym(RTLD_DEFAULT, "pthread_cond_wait", "GLIBC_2.3.2"));
  EXPECT_EQ(entry(real.old_cond_wait), dlvsym(RTLD_DEFAULT, "pthread_cond_wait", "GLIBC_2.2.5"));
  EXPECT_NE(entry(real.pthread_cond_wait), entry(real.old_cond_wait));
}

TEST(RealDeathTest, IsReadOnly) {
  EXPECT_DEATH(
      {
        find_reals();
        const_cast<char&>(reinterpret_cast<const volatile char&>(real)) = 1;
      },
      "");
}

}  // namespace
}  // namespace thrace
