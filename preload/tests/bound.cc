// Every wrapper is what a program's reference to its name reaches: in libc's default version, in
// the older ones, and without a version.  Runs with the library preloaded.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// Weak: a name that libc has only for old programs stays a reference without a version.
#define HOOK(ret, name, params, versions) \
  extern "C" void refer_to_##name() __asm__(#name) __attribute__((weak));
#define ALIAS(alias, name) extern "C" void refer_to_##alias() __asm__(#alias) __attribute__((weak));
#define OLD(ret, id, name, params, version)
#define NEED OLD_NAME
#define OLD_NAME(ret, name, params, versions)
#include "preload/real.def"
#undef HOOK
#undef ALIAS

// What older programs refer to: V(name, version).
#define OLDER(V)                                                                                 \
  V(pthread_create, 2.2.5) V(dlopen, 2.2.5) V(dlsym, 2.2.5) V(dlclose, 2.2.5)                    \
  V(pthread_join, 2.2.5) V(pthread_once, 2.2.5) V(sem_wait, 2.2.5) V(sem_post, 2.2.5)            \
      V(pthread_rwlock_wrlock, 2.2.5) V(pthread_barrier_wait, 2.2.5) V(pthread_spin_lock, 2.2.5) \
          V(pthread_mutex_timedlock, 2.2.5) V(__pthread_mutex_lock, 2.2.5)                       \
              V(__pthread_mutex_unlock, 2.2.5) V(__pthread_once, 2.2.5)                          \
                  V(pthread_cond_wait, 2.2.5) V(pthread_cond_timedwait, 2.2.5)                   \
                      V(pthread_cond_signal, 2.2.5) V(pthread_cond_broadcast, 2.2.5)             \
                          V(pthread_cond_clockwait, 2.30) V(mtx_lock, 2.28) V(thrd_create, 2.28) \
                              V(clock_nanosleep, 2.2.5) V(mq_send, 2.3.4)                        \
                                  V(pthread_setname_np, 2.12)
#define V(name, version)                                         \
  __asm__(".symver older_" #name ", " #name "@GLIBC_" #version); \
  extern "C" void older_##name();
OLDER(V)
#undef V

namespace {

int failures = 0;
int checked = 0;

void check(const char* name, void (*found)()) {
  Dl_info info;
  checked++;
  void* address = reinterpret_cast<void*>(found);
  if (found && dladdr(address, &info) && strstr(info.dli_fname, "libthrace.so")) return;
  printf("%s is not ours\n", name);
  failures++;
}

}  // namespace

int main() {
#define HOOK(ret, name, params, versions) \
  check(#name, refer_to_##name);          \
  check(#name " by dlsym", reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, #name)));
#define ALIAS(alias, name) check(#alias, refer_to_##alias);
#include "preload/real.def"
#define V(name, version) check(#name "@" #version, older_##name);
  OLDER(V)
  printf("%d references, %d not ours\n", checked, failures);
  return failures != 0;
}
