// bench-work: does one kind of work and prints what an operation of it cost.
//
//   bench-work MODE [OPERATIONS]     prints: operations, CPU ns and wall ns per operation
//   bench-work idle THREADS          see idle.cc
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/bench/worker/mode.h"

namespace thrace::bench {
namespace {

constexpr Mode kModes[] = {
    {"clock", 20'000'000, false, read_clock},
    {"mutex", 20'000'000, false, lock_free_mutex},
    {"mutex-alone", 20'000'000, false, lock_free_mutex_alone},
    {"read", 600'000, false, read_byte},
    {"handoff", 50'000, true, hand_over},
    {"sem", 80'000, true, post_semaphores},
    {"futex", 80'000, true, wake_futexes},
    {"pipe", 60'000, true, write_pipes},
    {"contended", 60'000, false, contend},
    {"spawn", 8'000, true, spawn},
    {"pool", 10'000, false, run_pool},
};

double cpu_ns() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& t) { return 1e9 * t.tv_sec + 1e3 * t.tv_usec; };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

double wall_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1e9 * now.tv_sec + now.tv_nsec;
}

// To the last CPU that is allowed: the first one gets most interrupts.
void pin() {
  cpu_set_t allowed, last;
  sched_getaffinity(0, sizeof allowed, &allowed);
  CPU_ZERO(&last);
  for (int cpu = CPU_SETSIZE; cpu-- > 0;)
    if (CPU_ISSET(cpu, &allowed)) {
      CPU_SET(cpu, &last);
      break;
    }
  sched_setaffinity(0, sizeof last, &last);
}

int measure(const Mode& mode, uint64_t operations) {
  if (mode.one_cpu) pin();
  mode.run(operations / 20 + 1);  // warm
  const double wall = wall_ns(), cpu = cpu_ns();
  mode.run(operations);
  const auto each = static_cast<double>(operations);
  std::printf("%lu %.3f %.3f\n", operations, (cpu_ns() - cpu) / each, (wall_ns() - wall) / each);
  return 0;
}

int run(int argc, char** argv) {
  const char* name = argc > 1 ? argv[1] : "";
  const uint64_t number = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (!std::strcmp(name, "idle"))
    return measure_idle(number ? static_cast<uint32_t>(number) : 1000);
  for (const Mode& mode : kModes)
    if (!std::strcmp(name, mode.name)) return measure(mode, number ? number : mode.operations);
  std::fprintf(stderr, "bench-work MODE [OPERATIONS]; modes: idle");
  for (const Mode& mode : kModes) std::fprintf(stderr, " %s", mode.name);
  std::fputc('\n', stderr);
  return 2;
}

}  // namespace
}  // namespace thrace::bench

int main(int argc, char** argv) { return thrace::bench::run(argc, argv); }
