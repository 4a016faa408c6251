#include "preload/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/tracer/guest.h"
#include "preload/descriptors.h"
#include "preload/raw.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace thrace {
namespace {

// Why these bytes are not an arena of this build that threads may record into; nullptr: they are.
const char* fault_of(const ArenaHeader& header, uint64_t bytes) {
  for (size_t i = 0; i < sizeof kArenaMagic; i++)
    if (header.magic[i] != kArenaMagic[i]) return "the file that THRACE_ARENA names is no arena";
  if (header.version != kArenaVersion || header.header_bytes != sizeof(ArenaHeader))
    return "the arena was made by another version of thrace";
  if (header.bytes != bytes || header.threads + kThreads * sizeof(Thread) > bytes)
    return "the arena is incomplete";
  return nullptr;
}

// Faults taken now are not taken by the program later.  Best effort: an older kernel refuses.
void populate(char* start, size_t bytes) {
  raw_syscall(SYS_madvise, raw_address(start), static_cast<long>(bytes), MADV_POPULATE_WRITE);
}

void populate_arena(char* base) {
  constexpr size_t kFirstThreads = 64 * sizeof(Thread), kFirstChunks = 1 << 20;
  const ArenaHeader& header = arena_header(base);
  populate(base, (header.processes + sizeof(Process) + kPage - 1) & ~(kPage - 1));
  populate(base + (header.threads & ~(kPage - 1)), kFirstThreads + kPage);
  populate(base + header.first_page[0] * kPage, kFirstChunks);
}

bool register_membarrier() {
  return raw_syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0) == 0;
}

}  // namespace

Attached attach(const char* path) {
  Attached result;
  const long fd =
      move_high(raw_syscall(SYS_open, raw_address(path), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (raw_failed(fd)) {
    result.over = fd == -ENOENT;
    result.reason = "the arena cannot be opened";
    return result;
  }
  const long bytes = raw_syscall(SYS_lseek, fd, 0, SEEK_END);
  long base = -EINVAL;
  if (bytes >= static_cast<long>(sizeof(ArenaHeader)))
    base = raw_syscall(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close_descriptor(fd);
  if (raw_failed(base)) {
    result.reason = "the arena cannot be mapped";
    return result;
  }

  auto* arena = reinterpret_cast<char*>(base);
  const ArenaHeader& header = arena_header(arena);
  result.reason = fault_of(header, static_cast<uint64_t>(bytes));
  if (!result.reason && header.phase.load(std::memory_order_acquire) != Phase::Open) {
    result.over = header.phase.load(std::memory_order_relaxed) == Phase::Closed;
    result.reason = "the session is not open";
  }
  // G6: without this, a child of a fork would write into our chunks.
  if (!result.reason &&
      raw_syscall(SYS_madvise, raw_address(&g_wiped), sizeof g_wiped, MADV_WIPEONFORK) != 0)
    result.reason = "the kernel has no MADV_WIPEONFORK";
  if (result.reason) {
    raw_syscall(SYS_munmap, base, bytes);
    return result;
  }
  populate(reinterpret_cast<char*>(&g_wiped), sizeof g_wiped);
  populate_arena(arena);
  result.light_fence = header.light_fence && register_membarrier();
  result.base = arena;
  return result;
}

}  // namespace thrace
