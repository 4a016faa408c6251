// The kinds of work that are measured: each runs a number of operations of one sort.
#pragma once

#include <cstdint>

namespace thrace::bench {

struct Mode {
  const char* name;
  uint64_t operations;  // so many take 100 to 300 ms
  bool one_cpu;         // pinned: a wake-up across CPUs costs what their placement makes it cost
  void (*run)(uint64_t operations);
};

// One thread.
void read_clock(uint64_t operations);
void lock_free_mutex(uint64_t operations);        // while a second thread sleeps
void lock_free_mutex_alone(uint64_t operations);  // libc skips its atomic instructions
void read_byte(uint64_t operations);

// Two threads that wake each other in turn; an operation is there and back.
void hand_over(uint64_t operations);
void post_semaphores(uint64_t operations);
void wake_futexes(uint64_t operations);
void write_pipes(uint64_t operations);

// Several threads.
void contend(uint64_t operations);
void spawn(uint64_t operations);
void run_pool(uint64_t operations);

// Starts threads that make a few traced calls and then sleep; prints what memory the process has.
int measure_idle(uint32_t threads);

}  // namespace thrace::bench
