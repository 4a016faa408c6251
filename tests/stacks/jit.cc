// A program with a just-in-time compiler: it waits below code that it has made and named in the map
// for perf, /tmp/perf-PID.map.  Whoever runs it removes the map.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "tests/stacks/wait_here.h"

pthread_mutex_t path_locks[kPaths];
long path_patience = 1'000'000;

namespace {

// sub $8, %rsp; call *%rdi; add $8, %rsp; ret
constexpr unsigned char kCode[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd7,
                                   0x48, 0x83, 0xc4, 0x08, 0xc3};

void* hold(void* held) {
  pthread_mutex_lock(&path_locks[0]);
  pthread_barrier_wait(static_cast<pthread_barrier_t*>(held));
  pthread_barrier_wait(static_cast<pthread_barrier_t*>(held));
  pthread_mutex_unlock(&path_locks[0]);
  return nullptr;
}

}  // namespace

int main() {
  void* const code =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) return 1;
  std::memcpy(code, kCode, sizeof kCode);
  if (mprotect(code, 4096, PROT_READ | PROT_EXEC) != 0) return 1;

  char path[64];
  std::snprintf(path, sizeof path, "/tmp/perf-%d.map", static_cast<int>(getpid()));
  std::FILE* const map = std::fopen(path, "w");
  if (!map) return 1;
  std::fprintf(map, "%lx %zx compiled:Loop.run\n", reinterpret_cast<unsigned long>(code),
               sizeof kCode);
  if (std::fclose(map) != 0) return 1;
  std::printf("%s\n", path);

  pthread_mutex_init(&path_locks[0], nullptr);
  pthread_barrier_t held;
  pthread_barrier_init(&held, nullptr, 2);
  pthread_t holder;
  if (pthread_create(&holder, nullptr, hold, &held) != 0) return 1;
  pthread_barrier_wait(&held);
  reinterpret_cast<void (*)(void (*)())>(code)([] { wait_here(0); });
  pthread_barrier_wait(&held);
  pthread_join(holder, nullptr);
  return 0;
}
