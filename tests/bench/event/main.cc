// bench-event: what one event costs, against the clock read alone, in a process that has an arena
// of its own and no collector.
//
// Prints a line for each kind of event: name, ns per event (CPU time).  The bursts are short enough
// for a cache, and the chunks that they fill are given back in between: no page is touched for the
// first time, and none comes from another CPU.  Of many bursts the first decile counts: others on
// the machine slow down the writing of events, but not the reading of the clock, which is what it
// is compared with.
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/arena/free_list.h"
#include "core/collector/arena_file.h"
#include "core/collector/chunk_store.h"
#include "core/collector/clock.h"
#include "core/tracer/call.h"
#include "core/tracer/local.h"
#include "core/tracer/task.h"
#include "core/tracer/wait.h"

namespace thrace::bench {
namespace {

constexpr uint32_t kBurst = 20'000;  // events: about half a MiB

int g_object;

// Each runs kBurst events.
void read_clock() {
  for (uint32_t i = 0; i < kBurst; i++) {
    const uint64_t now = ticks();
    asm volatile("" ::"r"(now));
  }
}
void write_calls() {
  for (uint32_t i = 0; i < kBurst / 2; i++) {
    Call call(SYS_read, i);
    call.end(0, 1);
  }
}
void write_wakes() {
  for (uint32_t i = 0; i < kBurst; i++) wake(WakeKind::Post, &g_object, 1);
}
void write_waits() {
  for (uint32_t i = 0; i < kBurst / 2; i++) {
    Wait wait;
    wait.begin(WaitReason::Semaphore, &g_object, 0);
    wait.end(Outcome::Woken);
  }
}
void write_labels() {
  for (uint32_t i = 0; i < kBurst; i++) label_task(pthread_self(), "worker-1");
}

struct Kind {
  const char* name;
  void (*burst)();
};
constexpr Kind kKinds[] = {{"clock", read_clock},
                           {"call", write_calls},
                           {"wake", write_wakes},
                           {"wait", write_waits},
                           {"label", write_labels}};

double cpu_ns() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * now.tv_sec + now.tv_nsec;
}

// What the collector does with full chunks, less the reading.
void empty_chunks(char* base, collector::ChunkStore& store) {
  for (uint32_t page = full_take(base); page;) {
    const uint32_t next = arena_chunk(base, page).next.load();
    store.give_back(page, chunk_words(chunk_class(arena_header(base), page)));
    page = next;
  }
}

char* start() {
  const std::string path = "/tmp/thrace-bench-event." + std::to_string(getpid());
  ArenaOptions options;
  if (collector::tsc_is_invariant()) options.clock = ClockKind::Tsc;
  std::string error;
  char* base = create_arena(path, options, error);
  unlink(path.c_str());
  if (!base) {
    std::fprintf(stderr, "bench-event: %s\n", error.c_str());
    std::exit(1);
  }
  // First touches are not what is measured.
  char* chunks = base + arena_header(base).first_page[0] * kPage;
  for (char* page = chunks; page < base + options.bytes; page += kPage)
    __atomic_fetch_add(page, 0, __ATOMIC_RELAXED);
  const bool light = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0) == 0;
  const char* arguments[] = {"bench-event", nullptr};
  if (!start_process(base, {getpid(), getppid(), "bench-event", "/bin/bench-event", arguments}, light)) std::exit(1);
  return base;
}

int run(int bursts) {
  char* base = start();
  collector::ChunkStore store(base);
  std::vector<double> costs[std::size(kKinds)];
  for (int i = -2; i < bursts; i++)  // the first two warm
    for (size_t k = 0; k < std::size(kKinds); k++) {
      empty_chunks(base, store);
      const double before = cpu_ns();
      kKinds[k].burst();
      if (i >= 0) costs[k].push_back((cpu_ns() - before) / kBurst);
    }
  for (size_t k = 0; k < std::size(kKinds); k++) {
    std::sort(costs[k].begin(), costs[k].end());
    std::printf("%s %.3f\n", kKinds[k].name, costs[k][static_cast<size_t>(bursts) / 10]);
  }
  return 0;
}

}  // namespace
}  // namespace thrace::bench

int main(int argc, char** argv) {
  const int bursts = argc > 1 ? std::atoi(argv[1]) : 0;
  return thrace::bench::run(bursts > 0 ? bursts : 200);
}
