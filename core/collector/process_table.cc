// Following the slots of processes.
#include "core/collector/process_table.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>

#include "core/collector/header_entries.h"
#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

// The arena in this process; without a path if it cannot be found.
Mapping own_mapping(const char* base) {
  Maps own(getpid());
  const Mapping* arena = own.find(reinterpret_cast<uint64_t>(base));
  return arena ? *arena : Mapping{};
}

}  // namespace

ProcessTable::ProcessTable(char* base, Encoder& encoder, Clock& clock, Log& log, OpenSink open_sink)
    : base_(base),
      encoder_(encoder),
      clock_(clock),
      log_(log),
      open_sink_(std::move(open_sink)),
      locator_(own_mapping(base)),
      by_slot_(kProcesses) {}

ProcessTable::~ProcessTable() {
  each([](ProcessState& process) {
    for (const int fd : process.pidfds) close(fd);
  });
}

void ProcessTable::begin_generation(uint32_t gen, const ClockReading& start) {
  gen_ = gen;
  start_ = start;
}

// The processes that a claim cannot have come from: they have images, and go on with them unless
// they are in an exec and this is what came of it.
std::set<int32_t> ProcessTable::taken(const Process& by) const {
  std::set<int32_t> result;
  for (const auto& process : by_slot_) {
    if (!process || process->dead) continue;
    const auto phase = arena_process(base_, process->slot).phase();
    if (by.parent || phase != ProcessPhase::Exec) result.insert(process->pid);
  }
  return result;
}

void ProcessTable::adopt(uint32_t slot) {
  const Process& image = arena_process(base_, slot);
  auto process = std::make_unique<ProcessState>();
  const Whereabouts where = locator_.find(image, taken(image));
  process->slot = slot;
  process->own_pid = image.pid();
  process->pids = where.pids;
  process->pid = where.pid();
  process->nested = where.nested;
  process->nested_threads = NestedThreads(where.pid());
  process->image = image.image;
  process->dead = where.pids.empty();
  for (const int32_t pid : where.pids) {
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (fd >= 0) process->pidfds.push_back(fd);
  }
  std::getline(std::ifstream(proc_path(process->pid, "comm")), process->name);
  // Gone already.  The child of a fork has the name that its parent had at that time.
  if (process->name.empty() && !image.parent) process->name = field_text(image.name);
  process->sink = open_sink_(image, seen_ == 0);
  process->modules = std::make_shared<Modules>(process->pid);
  process->objects = std::make_shared<ObjectNames>();
  process->images = std::make_unique<Images>(process->pid);
  process->discovery = std::make_unique<Discovery>(process->pid);
  process->descriptors = std::make_unique<Descriptors>(
      process->pid, process->pidfds.empty() ? -1 : process->pidfds[0], locator_.arena());
  process->maps = Maps(process->pid);
  if (Legacy legacy = legacy_of_parent(image); legacy.modules) {
    process->modules->inherit(std::move(legacy.modules), image.claimed, gen_);
    process->objects->inherit(std::move(legacy.objects), image.claimed, gen_);
  }
  process->begin_text(gen_, start_.ticks);
  encoder_.clock(*process->current, clock_.frequency(), start_);
  seen_++;
  log_.line("image " + std::to_string(image.image) + ": pid " + std::to_string(image.pid()) +
            (where.nested ? " in a namespace, " + std::to_string(process->pid) : "") + ", " +
            std::string(image.program, strnlen(image.program, sizeof image.program)));
  by_slot_[slot] = std::move(process);
}

// Empty: it is the child of none, or its parent ended long ago.
ProcessTable::Legacy ProcessTable::legacy_of_parent(const Process& image) {
  if (!image.parent) return {};
  const ProcessState* parent = find(image.parent - 1);
  if (parent && parent->own_pid == image.ppid)
    return {parent->own_pid, parent->modules, parent->objects};
  const auto ended = std::find_if(ended_.rbegin(), ended_.rend(),
                                  [&](const Legacy& other) { return other.own_pid == image.ppid; });
  return ended == ended_.rend() ? Legacy() : *ended;
}

// A claim that was never finished because its process died in it.
void ProcessTable::drop_dead_claim(uint32_t slot) {
  Process& image = arena_process(base_, slot);
  const int32_t pid = image.pid();
  uint64_t claimed = Process::make(pid, ProcessPhase::Claimed);
  if (!locator_.knows(pid)) image.owner.compare_exchange_strong(claimed, 0);
}

void ProcessTable::scan() {
  std::vector<uint32_t> fresh, claimed;
  for (uint32_t slot = 0; slot < kProcesses; slot++) {
    const ProcessPhase phase = arena_process(base_, slot).phase();
    if (by_slot_[slot] || phase == ProcessPhase::Free) continue;
    (phase == ProcessPhase::Claimed ? claimed : fresh).push_back(slot);
  }
  locator_.begin();
  for (const uint32_t slot : claimed) drop_dead_claim(slot);
  std::sort(fresh.begin(), fresh.end(), [&](uint32_t a, uint32_t b) {
    return arena_process(base_, a).image < arena_process(base_, b).image;
  });
  for (const uint32_t slot : fresh) adopt(slot);
}

bool ProcessTable::is_gone(const ProcessState& process) const {
  if (process.dead) return true;
  if (process.pidfds.size() < process.pids.size())
    return std::none_of(process.pids.begin(), process.pids.end(), exists);
  return std::all_of(process.pidfds.begin(), process.pidfds.end(), [](int pidfd) {
    pollfd fd{pidfd, POLLIN, 0};
    return poll(&fd, 1, 0) > 0;
  });
}

// True if its process lives on as something else: a younger image of the same process, or (after an
// exec that is under way) a program that is not traced.
bool ProcessTable::was_replaced(const ProcessState& process) const {
  for (const auto& other : by_slot_)
    if (process.pid && other && other->pid == process.pid && other->image > process.image)
      return true;
  const Process& image = arena_process(base_, process.slot);
  if (image.phase() != ProcessPhase::Exec) return false;
  char target[sizeof image.executable] = {};
  const ssize_t length = readlink(proc_path(process.pid, "exe").c_str(), target, sizeof target - 1);
  return length > 0 && image.executable[0] == '/' &&
         std::strncmp(target, image.executable, sizeof target - 1) != 0;
}

std::vector<ProcessTable::Death> ProcessTable::deaths() {
  std::vector<Death> result;
  each([&](ProcessState& process) {
    const bool replaced = was_replaced(process);
    if (!replaced && !is_gone(process)) return;
    const auto phase = arena_process(base_, process.slot).phase();
    const bool exec = phase == ProcessPhase::Exec || (replaced && !is_gone(process));
    result.push_back({&process, exec ? EndReason::Exec : EndReason::Exit});
  });
  return result;
}

bool ProcessTable::is_leaving() {
  bool result = false;
  each([&](ProcessState& process) {
    Process& image = arena_process(base_, process.slot);
    if (image.phase() != ProcessPhase::Leaving) return;
    if (process.pid == 1)
      result = true;
    else
      image.enter(ProcessPhase::Live);
  });
  return result;
}

void ProcessTable::free(ProcessState& process) {
  ended_.push_back({process.own_pid, process.modules, process.objects});
  if (ended_.size() > kMostEnded) ended_.pop_front();
  for (const int fd : process.pidfds) close(fd);
  arena_process(base_, process.slot).free();
  by_slot_[process.slot].reset();
}

bool ProcessTable::empty() const {
  for (uint32_t slot = 0; slot < kProcesses; slot++)
    if (by_slot_[slot] || arena_process(base_, slot).phase() != ProcessPhase::Free) return false;
  return true;
}

}  // namespace thrace::collector
