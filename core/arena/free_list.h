// Operations on the arena's free lists and on the chain of full chunks: lock-free, from any process,
// thread or signal handler.
//
// Boost.Lockfree's stack was considered: its 16-bit indices and tags neither reach all chunks of a
// large arena nor survive a thread that a signal handler holds up for 65,536 operations.
#pragma once

#include "core/arena/layout.h"

namespace thrace {

// `link(index)` returns the std::atomic<uint32_t>& in which slot `index` keeps the next one.
template <typename Link>
inline void free_list_push(FreeList& list, uint32_t index, Link link) {
  uint64_t head = list.head.load(std::memory_order_relaxed);
  uint64_t next;
  do {
    link(index).store(static_cast<uint32_t>(head), std::memory_order_relaxed);
    next = ((head >> 32) + 1) << 32 | index;
  } while (!list.head.compare_exchange_weak(head, next, std::memory_order_release,
                                            std::memory_order_relaxed));
}

// The index of a slot that now belongs to the caller; 0 if there is none.
template <typename Link>
inline uint32_t free_list_pop(FreeList& list, Link link) {
  uint64_t head = list.head.load(std::memory_order_acquire);
  for (;;) {
    const auto index = static_cast<uint32_t>(head);
    if (!index) return 0;
    const uint64_t next = ((head >> 32) + 1) << 32 | link(index).load(std::memory_order_relaxed);
    if (list.head.compare_exchange_weak(head, next, std::memory_order_acquire)) return index;
  }
}

inline auto chunk_link(char* base) {
  return [base](uint32_t page) -> std::atomic<uint32_t>& { return arena_chunk(base, page).next; };
}

inline auto thread_link(char* base) {
  return [base](uint32_t slot) -> std::atomic<uint32_t>& {
    return arena_thread(base, slot).next_free;
  };
}

// Puts a full chunk before the collector.  Many push, the collector alone takes, and takes all: no
// tag is needed.
inline void full_push(char* base, uint32_t page) {
  std::atomic<uint32_t>& full = arena_header(base).full;
  uint32_t head = full.load(std::memory_order_relaxed);
  do {
    arena_chunk(base, page).next.store(head, std::memory_order_relaxed);
  } while (!full.compare_exchange_weak(head, page, std::memory_order_release,
                                       std::memory_order_relaxed));
}

// The whole chain, newest first; 0 if empty.  For the collector.
inline uint32_t full_take(char* base) {
  return arena_header(base).full.exchange(0, std::memory_order_acquire);
}

}  // namespace thrace
