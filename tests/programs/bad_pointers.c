// Addresses that cannot be read, in calls by number: the kernel says so, and nobody reads them before.
#include "tests/programs/expect.h"

#include <linux/futex.h>
#include <sys/mman.h>
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

static void show(const char* call, const char* place, long result) {
  printf("%s of %s: %ld %d\n", call, place, result, result < 0 ? errno : 0);
}

int main(void) {
  char* const pages = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && mprotect(pages + 4096, 4096, PROT_NONE) == 0);
  must(munmap(pages + 8192, 4096) == 0);
  const struct { const char* name; char* address; } places[] = {
      {"nothing", NULL}, {"the unmapped", pages + 8192}, {"the unreadable", pages + 4096},
      {"the end", pages + 4096 - 8}, {"the odd", pages + 4096 + 1}, {"the kernel", (char*)-4096L}};
  for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
    const char* const name = places[i].name;
    char* const at = places[i].address;
    const struct timespec soon = from_now(CLOCK_REALTIME, 1);
    show("clone3", name, syscall(SYS_clone3, at, 64));
    show("short clone3", name, syscall(SYS_clone3, at, 0));
    show("waitv", name, syscall(SYS_futex_waitv, at, 1, 0, NULL, 0));
    show("many waitv", name, syscall(SYS_futex_waitv, at, 1000, 0, NULL, 0));
    if (i == 3) continue;  // a word of zero, which would be locked
    show("lock-pi", name, syscall(SYS_futex, at, FUTEX_LOCK_PI_PRIVATE, 0, &soon, NULL, 0));
    show("wait", name, syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0));
    show("wake", name, syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
    show("requeue", name, syscall(SYS_futex, at, FUTEX_REQUEUE_PRIVATE, 1, (void*)1L, at, 0));
    show("wake-op", name, syscall(SYS_futex, at, FUTEX_WAKE_OP_PRIVATE, 1, (void*)1L, at, 0));
  }
}
