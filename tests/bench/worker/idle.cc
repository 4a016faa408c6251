// Memory: threads that made a few traced calls and then sleep, while generations go by.
//
// Prints: threads, bytes of resident memory of this process, bytes of it that lie in the arena,
// bytes of the arena's chunks that are in use.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/arena/layout.h"
#include "tests/bench/worker/mode.h"

namespace thrace::bench {
namespace {

constexpr int kCalls = 4;         // of each thread
constexpr int kGenerations = 12;  // at 100 ms: the driver sets the period
constexpr int kGenerationMs = 100;

int g_zero;

void call() {
  char byte;
  for (int i = 0; i < kCalls; i++)
    if (read(g_zero, &byte, 1) != 1) std::exit(1);
}

void* be_idle(void*) {
  call();
  for (;;) poll(nullptr, 0, -1);
}

uint64_t chunk_bytes_in_use(char* base) {
  const ArenaHeader& header = arena_header(base);
  uint64_t bytes = 0;
  for (size_t cls = 0; cls < kChunkClasses; cls++)
    for (uint32_t i = 0; i < header.chunks[cls]; i++) {
      const auto page =
          header.first_page[cls] + i * static_cast<uint32_t>(kChunkBytes[cls] / kPage);
      const uint64_t holder = arena_chunk(base, page).holder.load(std::memory_order_relaxed) & 3;
      if (holder != static_cast<uint64_t>(Holder::Free)) bytes += kChunkBytes[cls];
    }
  return bytes;
}

struct Memory {
  uint64_t resident = 0, in_arena = 0;
  char* arena = nullptr;
};

Memory read_smaps() {
  Memory memory;
  std::FILE* smaps = std::fopen("/proc/self/smaps", "r");
  if (!smaps) return memory;
  char line[4096], path[4096];
  bool in_arena = false;
  uint64_t start, end, kib;
  while (std::fgets(line, sizeof line, smaps)) {
    const int fields = std::sscanf(line, "%lx-%lx %*s %*s %*s %*s %4095s", &start, &end, path);
    if (fields >= 2) {
      const std::string name = fields == 3 ? path : "";
      in_arena = name.ends_with(".arena");
      if (in_arena && !memory.arena) memory.arena = reinterpret_cast<char*>(start);
    } else if (std::sscanf(line, "Rss: %lu kB", &kib) == 1) {
      memory.resident += kib << 10;
      if (in_arena) memory.in_arena += kib << 10;
    }
  }
  std::fclose(smaps);
  return memory;
}

}  // namespace

int measure_idle(uint32_t threads) {
  g_zero = open("/dev/zero", O_RDONLY);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 << 10);
  for (uint32_t i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, be_idle, nullptr)) return 1;
  }
  // A generation in which nothing happens does not end: this thread does something in each.
  for (int i = 0; i < kGenerations * 2; i++) {
    call();
    poll(nullptr, 0, kGenerationMs / 2);
  }
  const Memory memory = read_smaps();
  const uint64_t chunks = memory.arena ? chunk_bytes_in_use(memory.arena) : 0;
  std::printf("%u %lu %lu %lu\n", threads, memory.resident, memory.in_arena, chunks);
  return 0;
}

}  // namespace thrace::bench
