// Making, mapping and judging arena files.
#include "core/collector/arena_file.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/arena/free_list.h"
#include "core/collector/clock.h"

namespace thrace {
namespace {

constexpr size_t round_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

constexpr uint64_t kProcessesAt = round_up(sizeof(ArenaHeader), kPage);
constexpr uint64_t kThreadsAt = round_up(kProcessesAt + kProcesses * sizeof(Process), kPage);
// Slot 0 is nobody's: it ends the free list.
constexpr uint64_t kChunksAt = round_up(kThreadsAt + (kThreads + 1) * sizeof(Thread), kPage);

// What an arena that grows begins with, and what it grows by.
constexpr size_t kAtFirst = kChunksAt + (32u << 20);
constexpr size_t kStep = 4u << 20;

// Shares of the room for chunks, in eighths.  Most threads never fill their first chunk, and there may
// be thousands of them within one generation; the busy ones live in the large ones.
constexpr size_t kShare[kChunkClasses] = {4, 1, 3};

bool membarrier_works() {
  const long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  return commands > 0 && (commands & MEMBARRIER_CMD_GLOBAL_EXPEDITED) &&
         syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0) == 0;
}

template <size_t N>
void copy_text(char (&to)[N], std::string_view from) {
  const size_t size = from.size() < N ? from.size() : N - 1;
  std::memcpy(to, from.data(), size);
}

// Where the chunks of each class begin and how many there will be.  None is there yet.
void divide(ArenaHeader& header, bool stress, uint32_t (&planned)[kChunkClasses]) {
  size_t page = kChunksAt / kPage;
  const size_t pages = header.bytes / kPage - page;
  for (uint32_t cls = 0; cls < kChunkClasses; cls++) {
    const size_t each = kChunkBytes[cls] / kPage;
    const size_t share = stress ? (cls == 0 ? pages : 0) : pages * kShare[cls] / 8;
    header.first_page[cls] = static_cast<uint32_t>(page);
    planned[cls] = static_cast<uint32_t>(share / each);
    page += planned[cls] * each;
  }
}

// So that the first comes out first.
void free_threads(char* base) {
  for (uint32_t slot = kThreads; slot > 0; slot--)
    free_list_push(arena_header(base).free_threads, slot, thread_link(base));
}

void fill_header(char* base, const ArenaOptions& options, size_t bytes) {
  ArenaHeader& header = arena_header(base);
  std::memcpy(header.magic, kArenaMagic, sizeof kArenaMagic);
  header.version = kArenaVersion;
  header.header_bytes = sizeof(ArenaHeader);
  header.bytes = bytes;
  header.processes = kProcessesAt;
  header.threads = kThreadsAt;
  header.clock = options.clock;
  header.stress = options.stress;
  header.wait_on_full = options.wait_on_full;
  header.stack_depth = options.stack_depth;
  header.frame_pointers = options.frame_pointers;
  header.light_fence = membarrier_works();
  copy_text(header.options, options.options);
  copy_text(header.output, options.output);
}

}  // namespace

ArenaGrowth::~ArenaGrowth() {
  if (fd_ >= 0) close(fd_);
}

bool ArenaGrowth::extend(size_t bytes, std::string& error) {
  const int failure = posix_fallocate(fd_, static_cast<off_t>(have_), static_cast<off_t>(bytes));
  if (failure) {
    error = "cannot get " + std::to_string(bytes >> 10) +
            " KiB for the arena: " + std::strerror(failure);
    return false;
  }
  have_ += bytes;
  return true;
}

// Chunks that have all their blocks now.
void ArenaGrowth::free_chunks() {
  ArenaHeader& header = arena_header(base_);
  for (uint32_t cls = 0; cls < kChunkClasses; cls++) {
    const auto each = static_cast<uint32_t>(kChunkBytes[cls] / kPage);
    const size_t have = have_ / kPage;
    const size_t room = have > header.first_page[cls] ? (have - header.first_page[cls]) / each : 0;
    const auto count = static_cast<uint32_t>(std::min<size_t>(room, planned_[cls]));
    const uint32_t before = header.chunks[cls];
    header.chunks[cls] = count;
    for (uint32_t i = count; i > before; i--)
      free_list_push(header.free_chunks[cls], header.first_page[cls] + (i - 1) * each,
                     chunk_link(base_));
  }
}

bool ArenaGrowth::step(std::string& error) {
  if (fd_ < 0) return false;
  const size_t left = arena_header(base_).bytes - have_;
  if (left && extend(std::min(left, kStep), error)) {
    free_chunks();
    return true;
  }
  close(fd_);
  fd_ = -1;
  return false;
}

char* create_arena(const std::string& path, const ArenaOptions& options, std::string& error,
                   ArenaGrowth* growth) {
  collector::Clock clock(options.clock);
  const size_t bytes = round_up(options.bytes, kPage);
  if (bytes < kMinArena || bytes > kMaxArena) {
    error = "the arena must have between 4 MiB and 4 GiB";
    return nullptr;
  }
  ArenaGrowth whole;
  ArenaGrowth& blocks = growth ? *growth : whole;
  blocks.fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (blocks.fd_ < 0) {
    error = "cannot create the arena " + path + ": " + std::strerror(errno);
    return nullptr;
  }
  void* map = MAP_FAILED;
  if (ftruncate(blocks.fd_, static_cast<off_t>(bytes)) == 0 &&
      blocks.extend(growth ? std::min(kAtFirst, bytes) : bytes, error)) {
    map = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, blocks.fd_, 0);
  }
  if (map == MAP_FAILED) {
    if (error.empty()) error = std::string("cannot map the arena: ") + std::strerror(errno);
    error += " (" + path + ")";
    unlink(path.c_str());
    return nullptr;
  }

  char* base = blocks.base_ = static_cast<char*>(map);
  ArenaHeader& header = arena_header(base);
  fill_header(base, options, bytes);
  divide(header, options.stress, blocks.planned_);
  blocks.free_chunks();
  free_threads(base);
  header.frequency = clock.frequency();
  const collector::ClockReading start = clock.read();
  header.start_ticks = start.ticks;
  header.start_mono = start.mono;
  header.start_wall = start.wall;
  header.gen.store(1, std::memory_order_relaxed);
  header.phase.store(Phase::Open, std::memory_order_release);
  return base;
}

void unmap_arena(char* base) { munmap(base, arena_header(base).bytes); }

void heavy_fence() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool arena_is_sound(const ArenaHeader& header, size_t bytes) {
  if (std::memcmp(header.magic, kArenaMagic, sizeof kArenaMagic) != 0) return false;
  if (header.version != kArenaVersion || header.header_bytes != sizeof(ArenaHeader)) return false;
  if (header.bytes != bytes || bytes < kMinArena || bytes > kMaxArena || bytes % kPage)
    return false;
  if (header.processes != kProcessesAt || header.threads != kThreadsAt) return false;
  uint64_t page = kChunksAt / kPage;
  for (uint32_t cls = 0; cls < kChunkClasses; cls++) {
    if (header.first_page[cls] < page) return false;
    page = header.first_page[cls] + uint64_t{header.chunks[cls]} * (kChunkBytes[cls] / kPage);
    if (page > bytes / kPage) return false;
  }
  return true;
}

uint32_t chunk_class(const ArenaHeader& header, uint32_t page) {
  for (uint32_t cls = 0; cls < kChunkClasses; cls++) {
    const auto each = static_cast<uint32_t>(kChunkBytes[cls] / kPage);
    const uint32_t first = header.first_page[cls];
    if (page >= first && page - first < header.chunks[cls] * each && (page - first) % each == 0)
      return cls;
  }
  return kChunkClasses;
}

}  // namespace thrace
