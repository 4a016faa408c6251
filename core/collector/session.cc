// The loop.
#include "core/collector/session.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>

#include "core/collector/header_entries.h"
#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kSecond = 1'000'000'000;

constexpr uint64_t kGenerationVolume = 8 << 20;     // encoded bytes: then the next one begins early
constexpr uint64_t kIdleGeneration = 60 * kSecond;  // one in which nothing happens lasts this long
constexpr uint64_t kIdleStress = 20 * kMillisecond;
constexpr uint64_t kHandOnInterval = 50 * kMillisecond;  // for little text
constexpr uint64_t kBusyFor = 50 * kMillisecond;
constexpr uint64_t kArrivalPatience = 5 * kSecond;  // for processes that do not show up
constexpr uint64_t kStartPatience = 10 * kSecond;   // for the first process, without a root
constexpr uint64_t kNameAge = 200 * kMillisecond;
// The fastest writers fill the arena at this rate; the collector never sleeps longer than that
// takes.
constexpr uint64_t kFillRate = 1 << 20;              // bytes per ms
constexpr int kLongestPause = 64, kLivelyPause = 1;  // ms

bool is_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return fd >= 0 && poll(&entry, 1, 0) > 0;
}

std::string host_name() {
  utsname system{};
  uname(&system);
  return system.nodename;
}

}  // namespace

Session::Session(char* base, const Options& options, Log& log, int root, int signals,
                 ArenaGrowth& growth)
    : base_(base),
      options_(options),
      log_(log),
      root_(root),
      signals_(signals),
      growth_(growth),
      clock_(arena_header(base).clock),
      writer_({options.output,
               host_name(),
               arena_header(base).start_wall,
               options.force,
               options.level,
               options.sync,
               &log,
               {}},
              [base] { arena_header(base).beats.fetch_add(1); }),
      encoder_([this](MState& m) { read_name(m); }),
      store_(base),
      processes_(base, encoder_, clock_, log,
                 [this](const Process& process, bool first) { return open_sink(process, first); }),
      threads_(base, [this](uint32_t slot) { return find_process(slot); }),
      drain_(base, threads_, encoder_, store_, log),
      preview_(base, threads_, encoder_),
      advance_(base, processes_, threads_, drain_, encoder_, clock_),
      arrivals_(options.arena) {
  started_ = generation_since_ = monotonic();
}

// One that came since the last scan may have threads that have ended already.
ProcessState* Session::find_process(uint32_t slot) {
  if (!processes_.find(slot)) processes_.scan();
  return processes_.find(slot);
}

std::unique_ptr<TraceSink> Session::open_sink(const Process& process, bool first) {
  return writer_.open({field_text(process.program), process.pid(), first},
                      describe(arena_header(base_), process));
}

// The name that the kernel has; the last one known, which at first is its process's, if the thread
// is gone or /proc is closed to us.
void Session::read_name(MState& m) {
  const uint64_t now = monotonic();
  if (m.name.empty() && m.process) m.name = m.process->name;
  if (m.dead || !m.tid || (m.name_read && now - m.name_read < kNameAge)) return;
  const int32_t tid = m.process->nested ? m.process->nested_threads.find(m.tid, m.seen) : m.tid;
  if (tid == NestedThreads::kNotKnown) return;
  m.name_read = now;
  std::ifstream file(proc_path(m.process->pid, "task/" + std::to_string(tid) + "/comm"));
  std::string name;
  if (std::getline(file, name) && !name.empty()) m.name = name;
}

// Threads that have ended give their slots back.
void Session::reap() {
  bool taken = false;
  for (MState* m : threads_.ended()) {
    if (!threads_.is_gone(*m)) continue;
    if (!m->dead) m->gone_gen = arena_header(base_).gen.load();
    m->dead = true;
    if (!taken) drain_.take_full();
    taken = true;
    drain_.take_last(*m);
  }
  if (!taken) return;
  drain_.encode_ready();
  for (MState* m : threads_.ended()) {
    const bool lost = arena_thread(base_, m->slot).lost.load(std::memory_order_relaxed);
    if (m->dead && m->complete && drain_.is_drained(*m) && !m->g && !lost && !m->owed.count)
      threads_.retire(*m);
  }
}

// Processes that are gone get their files closed.
void Session::bury() {
  const auto deaths = processes_.deaths();
  if (!deaths.empty()) preview_.look();
  for (const auto& [process, reason] : deaths) {
    log_.line("pid " + std::to_string(process->own_pid) + " is gone");
    advance_.close(*process, reason);
    processes_.free(*process);
  }
}

bool Session::wants_advance(uint64_t now) {
  if (advance_.under_way()) return false;
  uint64_t volume = 0;
  processes_.each([&](const ProcessState& process) { volume += process.current->bytes; });
  if (volume >= kGenerationVolume) return true;
  const uint64_t age = now - generation_since_;
  const bool due = options_.stress || age >= options_.period;
  const uint64_t idle = options_.stress ? kIdleStress : std::max(kIdleGeneration, options_.period);
  return due && !processes_.empty() && (age >= idle || advance_.anything_written());
}

void Session::tick(uint64_t now) {
  arena_header(base_).beats.fetch_add(1);
  const uint32_t images = processes_.seen();
  processes_.scan();
  if (processes_.seen() != images)  // it may not live long: the pauses are short at first
    busy_until_ = std::max(busy_until_, now);
  threads_.scan();
  const uint64_t before = drain_.taken();
  drain_.take_full();
  drain_.encode_ready();
  preview_.look(now);
  reap();
  advance_.step(now);
  if (wants_advance(now)) {
    advance_.begin(now);
    generation_since_ = now;
  }
  bury();
  if (drain_.taken() != before) busy_until_ = now + kBusyFor;
  if (now - handed_on_ >= kHandOnInterval) {
    processes_.each([](ProcessState& process) { process.hand_on(1); });
    handed_on_ = now;
  }
  store_.wake_rested(now);
}

void Session::grow() {
  std::string error;
  growing_ = growing_ && growth_.step(error);
  if (!error.empty()) log_.line(error + "; the arena stays smaller");
}

// How long to sleep, in ms.
int Session::pause() const {
  if (growing_) return 0;
  if (advance_.under_way() || options_.stress) return kLivelyPause;
  const uint64_t now = monotonic();
  if (now < busy_until_) return kLivelyPause;
  const auto safe = static_cast<int>(arena_header(base_).bytes / kFillRate);
  const auto quiet =
      static_cast<int>(std::min<uint64_t>((now - busy_until_) / kSecond * 16 + 16, kLongestPause));
  return std::max(kLivelyPause, std::min(safe, quiet));
}

void Session::sleep() {
  std::vector<pollfd> fds;
  const auto add = [&](int fd) {
    if (fd >= 0) fds.push_back({fd, POLLIN, 0});
  };
  add(signals_);
  if (!root_gone_) add(root_);
  processes_.each([&](const ProcessState& process) {
    for (const int fd : process.pidfds) add(fd);
  });
  const uint64_t period = std::max<uint64_t>(options_.period / kMillisecond, 1);
  poll(fds.data(), fds.size(), static_cast<int>(std::min<uint64_t>(pause(), period)));
  look_at_root();
  told_to_stop_ = is_readable(signals_);
}

// The process that the session was made for; without one, or without pidfds, as well as can be.
void Session::look_at_root() {
  if (root_gone_) return;
  if (root_ >= 0)
    root_gone_ = is_readable(root_);
  else
    root_gone_ = !options_.root_pid || (kill(options_.root_pid, 0) < 0 && errno == ESRCH);
}

bool Session::is_over(uint64_t now) {
  if (!processes_.empty()) {
    empty_since_ = 0;
    return false;
  }
  if (!empty_since_) empty_since_ = now;
  if (!root_gone_) return false;
  const bool awaited = !options_.root_pid && !processes_.seen();
  if (awaited) return now - started_ >= kStartPatience;
  if (now - empty_since_ >= kArrivalPatience) return true;
  return arena_header(base_).forks_pending.load() == 0 && !arrivals_.any();
}

void Session::close_all(EndReason reason) {
  std::vector<ProcessState*> left;
  processes_.scan();
  processes_.each([&](ProcessState& process) { left.push_back(&process); });
  for (ProcessState* process : left) {
    advance_.close(*process, reason);
    processes_.free(*process);
  }
}

void Session::run() {
  look_at_root();
  ArenaHeader& header = arena_header(base_);
  for (;;) {
    const uint64_t now = monotonic();
    tick(now);
    grow();
    if (told_to_stop_ || processes_.is_leaving() || is_over(now)) break;
    sleep();
  }
  // Nobody begins to record from here on; a process that forked in this very moment runs untraced.
  header.gen.store(0);
  header.phase.store(Phase::Closed);
  close_all(processes_.is_leaving() ? EndReason::Exit : EndReason::Closed);
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) { return time.tv_sec * 1000 + time.tv_usec / 1000; };
  log_.line("the session is over: " + std::to_string(encoder_.events()) + " events, " +
            std::to_string(drain_.taken()) + " chunks, " + std::to_string(ms(used.ru_utime)) +
            " ms user, " + std::to_string(ms(used.ru_stime)) + " ms system, at most " +
            std::to_string(used.ru_maxrss) + " KiB");
}

}  // namespace thrace::collector
