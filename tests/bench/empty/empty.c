/* An interposer that does nothing: each function of empty.def forwards to the real one, found once.
 * What it costs is the price of standing between a program and its libc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/types.h>

#define FORWARD(ret, name, params, args) static ret(*real_##name) params;
#include "tests/bench/empty/empty.def"
#undef FORWARD

__attribute__((constructor)) static void find(void) {
#define FORWARD(ret, name, params, args) *(void **)&real_##name = dlsym(RTLD_NEXT, #name);
#include "tests/bench/empty/empty.def"
#undef FORWARD
}

#define FORWARD(ret, name, params, args) \
  __attribute__((visibility("default"))) ret name params { return real_##name args; }
#include "tests/bench/empty/empty.def"
