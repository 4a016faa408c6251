// The reservation protocol under fire: threads that write as fast as they can, timers of 60 us whose
// handlers write too or jump out of whatever they interrupted, and generations that follow each other.
// Afterwards each record in the arena is whole, in order and legal (design: T2-T5).
#include <gtest/gtest.h>

#include <algorithm>
#include <csetjmp>
#include <csignal>
#include <ctime>
#include <linux/membarrier.h>
#include <map>
#include <pthread.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/collector/arena_file.h"
#include "core/tracer/call.h"
#include "core/tracer/task.h"

namespace thrace {
namespace {

constexpr uint32_t kMix = 2654435761u;  // ties the two arguments of a record together
constexpr int kSeconds = 6;
constexpr uint32_t kTold = 256;  // calls, of three records and more each, that are counted at once
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kLeastRecords = 100'000;
#else
constexpr uint64_t kLeastRecords = 1'000'000;
#endif

thread_local sigjmp_buf t_back;
thread_local uint64_t t_loop_frame = 0;
thread_local volatile bool t_may_jump = false;
thread_local volatile uint32_t t_signals = 0;
std::atomic<uint64_t> g_jumps{0}, g_handled{0}, g_calls{0};
std::atomic<bool> g_stop{false};
int g_objects[4];

void make_call(uint32_t value) {
  Call call(value * kMix, value);
  call.end(0, value);
}

void make_wait(uint32_t value) {
  Wait wait;
  wait.begin(WaitReason::Semaphore, &g_objects[value % 4], 0);
  wait.end(Outcome::Woken);
}

void on_timer(int) {
  t_signals = t_signals + 1;
  const uint32_t n = t_signals;
  make_call(n);
  wake(WakeKind::Post, &g_objects[n % 4], 1);
  make_wait(n);
  g_handled.fetch_add(1, std::memory_order_relaxed);
  if (t_may_jump && n % 8 == 0) {
    g_jumps.fetch_add(1, std::memory_order_relaxed);
    if (n % 16 == 0) leave_by_jump(t_loop_frame);  // the others are found out later
    siglongjmp(t_back, 1);
  }
}

timer_t start_timer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGUSR1;
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  timer_t timer;
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  const itimerspec every{{0, 60'000}, {0, 60'000}};
  timer_settime(timer, 0, &every, nullptr);
  return timer;
}

void write_until_stopped() {
  volatile uint32_t value = 0;
  t_loop_frame = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  const timer_t timer = start_timer();
  sigsetjmp(t_back, 1);
  t_may_jump = true;
  while (!g_stop.load(std::memory_order_relaxed)) {
    value = value + 1;
    if (value % kTold == 0) g_calls.fetch_add(kTold, std::memory_order_relaxed);
    make_call(value);
    wake(WakeKind::Post, &g_objects[value % 4], 1);
    make_wait(value);
  }
  t_may_jump = false;
  timer_delete(timer);
}

// What the collector does at an advance, without draining: the arena is large enough.
void advance(char* base) {
  arena_header(base).gen.fetch_add(1);
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  for (uint32_t slot = 1; slot < kThreads; slot++) {
    Thread& m = arena_thread(base, slot);
    if (m.phase.load() == ThreadPhase::Free) continue;
    const uint64_t seq = m.seq.load();
    const auto start = time(nullptr);
    while (m.owner.load() && m.seq.load() == seq && time(nullptr) - start < 2)
      std::this_thread::yield();
  }
}

// The records of one M in one generation, chunk by chunk.
using Stream = std::map<uint32_t, const ChunkHeader*>;

struct Verdict {
  uint64_t records = 0, abandoned = 0, empty = 0, resyncs = 0;
};

void verify(uint32_t m, uint32_t gen, const Stream& chunks, const uint32_t* bytes, Status& status,
            uint64_t& time, Verdict& verdict) {
  uint32_t wakes = 0;
  bool any_number = false;  // after a Lost
  for (const auto& [seq, chunk] : chunks) {
    const auto* word = reinterpret_cast<const uint64_t*>(chunk) + kChunkHeaderWords;
    const uint32_t filled = chunk->filled.load();
    const auto* end = reinterpret_cast<const uint64_t*>(chunk) + (filled ? filled : bytes[seq] / 8);
    while (word < end) {
      if (!*word) {
        const auto zero = [](uint64_t w) { return !w; };
        if (!filled && std::all_of(word, end, zero)) break;  // the end of what is used
        word++;  // its writer was thrown out before the first header
        status = Status::None;
        any_number = true;
        verdict.empty++;
        continue;
      }
      const uint64_t header = *word;
      ASSERT_EQ(RecordHeader::gen(header), gen & 0xff) << "m " << m << " gen " << gen;
      const uint32_t words = RecordHeader::words(header);
      ASSERT_GE(words, 2u);
      ASSERT_LE(words, 8u);
      if (RecordHeader::state(header) != static_cast<uint8_t>(RecordState::Committed)) {
        ASSERT_EQ(RecordHeader::state(header), static_cast<uint8_t>(RecordState::Reserved));
        verdict.abandoned++;
        status = Status::None;  // its change of status has happened
        any_number = true;
        word += words;
        continue;
      }
      verdict.records++;
      ASSERT_GE(word[1], time);
      time = word[1];
      const bool known = status != Status::None;
      switch (static_cast<Event>(RecordHeader::event(header))) {
        case Event::GoStatus:
          if (known) { ASSERT_EQ(static_cast<uint64_t>(status), word[2]); }
          status = static_cast<Status>(word[2]);
          break;
        case Event::Lost:
          ASSERT_EQ(RecordHeader::arg(header), 0u);
          status = Status::None;
          any_number = true;
          verdict.resyncs++;
          break;
        case Event::GoStart: status = Status::Running; break;
        case Event::GoCreate: break;
        case Event::GoSyscallBegin:
          ASSERT_EQ(RecordHeader::arg(header), static_cast<uint32_t>(word[2]) * kMix);
          if (known) { ASSERT_EQ(status, Status::Running); }
          status = Status::Syscall;
          break;
        case Event::GoSyscallEnd:
        case Event::GoSyscallEndBlocked:
          if (known) { ASSERT_EQ(status, Status::Syscall); }
          status = Status::Running;
          break;
        case Event::GoBlock:
          if (known) { ASSERT_EQ(status, Status::Running); }
          status = Status::Waiting;
          break;
        case Event::GoUnblock:
          if (known) { ASSERT_EQ(status, Status::Waiting); }
          status = Status::Running;
          break;
        case Event::GoDestroy: status = Status::None; break;
        case Event::Wake:
          if (!any_number) { ASSERT_EQ(word[3], wakes + 1); }
          ASSERT_GT(word[3], wakes);
          wakes = static_cast<uint32_t>(word[3]);
          any_number = false;
          break;
        default: FAIL() << "event " << int{RecordHeader::event(header)};
      }
      word += words;
    }
  }
}

TEST(Hammer, SignalsJumpsAndGenerations) {
  const std::string path = testing::TempDir() + "thrace-hammer." + std::to_string(getpid());
  ArenaOptions options;
  options.bytes = size_t{3} << 29;
  options.clock = ClockKind::Tsc;
  std::string error;
  char* base = create_arena(path, options, error);
  ASSERT_NE(base, nullptr) << error;
  unlink(path.c_str());
  ASSERT_EQ(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0), 0);
  const char* arguments[] = {"hammer", nullptr};
  ASSERT_TRUE(start_process(base, {getpid(), getppid(), "hammer", "/bin/hammer", arguments}, true));

  struct sigaction action {};
  action.sa_handler = on_timer;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
  std::vector<std::thread> writers;
  std::vector<uint32_t> slots;
  for (int i = 0; i < 2; i++) {
    const uint32_t slot = create_task(reinterpret_cast<void*>(&write_until_stopped));
    ASSERT_NE(slot, 0u);
    slots.push_back(slot);
    writers.emplace_back([slot] {
      const auto here = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
      adopt_task(slot, pthread_self(), here - (1 << 20), here + (1 << 16));
      write_until_stopped();
      end_task();
    });
  }
  uint32_t advances = 0;
  const auto full = [&] { return arena_header(base).free_chunks[2].head.load() << 32 == 0; };
  // Longer where a busy machine does not come to it.
  const auto enough = [&] { return g_calls >= kLeastRecords / 2 && g_jumps > 200 && advances > 40; };
  const time_t start = time(nullptr);
  for (; time(nullptr) - start < (enough() ? kSeconds : 10 * kSeconds) && !full(); advances++) {
    advance(base);
    usleep(300);
  }
  g_stop = true;
  for (auto& writer : writers) writer.join();
  disarm();

  std::map<uint32_t, std::map<uint32_t, Stream>> streams;                     // m, gen, seq
  std::map<uint32_t, std::map<uint32_t, std::map<uint32_t, uint32_t>>> sizes;  // of the chunks
  for (size_t cls = 0; cls < kChunkClasses; cls++)
    for (uint32_t i = 0; i < arena_header(base).chunks[cls]; i++) {
      const uint32_t page =
          arena_header(base).first_page[cls] + i * (kChunkBytes[cls] / static_cast<uint32_t>(kPage));
      const ChunkHeader& chunk = arena_chunk(base, page);
      const uint64_t holder = chunk.holder.load();
      if ((holder & 3) == static_cast<uint64_t>(Holder::Free)) continue;
      auto& stream = streams[holder >> 32][chunk.gen.load()];
      // A refill that was jumped out of before its exchange leaves an empty chunk with a seq that
      // is used again.
      const auto* first = reinterpret_cast<const uint64_t*>(&chunk) + kChunkHeaderWords;
      bool used = false;
      for (const auto* word = first; word < first + 16; word++) used |= *word != 0;
      if (!used) continue;
      ASSERT_TRUE(stream.emplace(chunk.seq.load(), &chunk).second);
      sizes[holder >> 32][chunk.gen.load()][chunk.seq.load()] = kChunkBytes[cls];
    }
  Verdict verdict;
  uint64_t heals = 0, lost = 0;
  for (const auto& [m, gens] : streams) {
    Status status = Status::None;
    uint64_t time = 0;
    for (const auto& [gen, stream] : gens) {
      std::vector<uint32_t> bytes(stream.rbegin()->first + 1);
      for (const auto& [seq, size] : sizes[m][gen]) bytes[seq] = size;
      Verdict part;
      verify(m, gen, stream, bytes.data(), status, time, part);
      if (HasFatalFailure()) return;
      verdict.records += part.records;
      verdict.abandoned += part.abandoned;
      verdict.resyncs += part.resyncs;
    }
  }
  for (const uint32_t slot : slots) {
    heals += arena_thread(base, slot).heals.load();
    lost += arena_thread(base, slot).lost.load();
  }
  std::printf("%lu records, %lu calls, %u generations, %lu handlers, %lu jumps, %lu heals, "
              "%lu abandoned, %lu resyncs, %lu lost, 0 bad\n",
              verdict.records, g_calls.load(), advances, g_handled.load(), g_jumps.load(), heals,
              verdict.abandoned, verdict.resyncs, lost);
  EXPECT_GT(verdict.records, kLeastRecords);
  EXPECT_GT(g_jumps.load(), 100u);
  EXPECT_GT(advances, 20u);
}

}  // namespace
}  // namespace thrace
