// Following the slots of processes.
#include "core/collector/process_table.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace thrace::collector {
namespace {

std::string proc_path(int32_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

// For systems without pidfds: gone, or dead and not waited for.
bool is_gone_by_proc(int32_t pid) {
  if (kill(pid, 0) < 0 && errno == ESRCH) return true;
  std::ifstream file(proc_path(pid, "stat"));
  std::string stat;
  if (!std::getline(file, stat)) return false;
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return false;
  return stat[name_end + 2] == 'Z' || stat[name_end + 2] == 'X';
}

}  // namespace

ProcessTable::ProcessTable(char* base, Encoder& encoder, Clock& clock, Log& log, OpenSink open_sink)
    : base_(base),
      encoder_(encoder),
      clock_(clock),
      log_(log),
      open_sink_(std::move(open_sink)),
      by_slot_(kProcesses) {
  Maps own(getpid());
  if (const Mapping* arena = own.find(reinterpret_cast<uint64_t>(base))) arena_ = *arena;
}

ProcessTable::~ProcessTable() {
  each([](ProcessState& process) {
    if (process.pidfd >= 0) close(process.pidfd);
  });
}

void ProcessTable::begin_generation(uint32_t gen, const ClockReading& start) {
  gen_ = gen;
  start_ = start;
}

void ProcessTable::adopt(uint32_t slot) {
  const Process& image = arena_process(base_, slot);
  auto process = std::make_unique<ProcessState>();
  process->slot = slot;
  process->pid = image.pid;
  process->image = image.image;
  process->pidfd = static_cast<int>(syscall(SYS_pidfd_open, image.pid, 0));
  if (process->pidfd < 0 && errno == ESRCH) process->dead = true;
  std::getline(std::ifstream(proc_path(image.pid, "comm")), process->name);
  process->sink = open_sink_(image, seen_ == 0);
  process->modules = std::make_shared<Modules>(image.pid);
  process->images = std::make_unique<Images>(image.pid);
  process->discovery = std::make_unique<Discovery>(image.pid);
  process->descriptors = std::make_unique<Descriptors>(image.pid, process->pidfd, arena_);
  process->maps = Maps(image.pid);
  const ProcessState* parent = image.parent ? find(image.parent - 1) : nullptr;
  if (parent && parent->pid == image.ppid)
    process->modules->inherit(parent->modules, image.claimed, gen_);
  process->current = std::make_unique<GenerationText>(gen_, start_.ticks, *process->modules,
                                                      process->descriptors.get());
  encoder_.clock(*process->current, clock_.frequency(), start_);
  seen_++;
  log_.line("image " + std::to_string(image.image) + ": pid " + std::to_string(image.pid) + ", " +
            std::string(image.program, strnlen(image.program, sizeof image.program)));
  by_slot_[slot] = std::move(process);
}

// A claim that was never finished because its process died in it.
void ProcessTable::drop_dead_claim(uint32_t slot) {
  Process& image = arena_process(base_, slot);
  if (image.pid > 0 && is_gone_by_proc(image.pid))
    image.phase.store(ProcessPhase::Free, std::memory_order_release);
}

void ProcessTable::scan() {
  std::vector<uint32_t> fresh;
  for (uint32_t slot = 0; slot < kProcesses; slot++) {
    const ProcessPhase phase = arena_process(base_, slot).phase.load(std::memory_order_acquire);
    if (by_slot_[slot] || phase == ProcessPhase::Free) continue;
    if (phase == ProcessPhase::Claimed)
      drop_dead_claim(slot);
    else
      fresh.push_back(slot);
  }
  std::sort(fresh.begin(), fresh.end(), [&](uint32_t a, uint32_t b) {
    return arena_process(base_, a).image < arena_process(base_, b).image;
  });
  for (const uint32_t slot : fresh) adopt(slot);
}

bool ProcessTable::is_gone(const ProcessState& process) const {
  if (process.dead) return true;
  if (process.pidfd < 0) return is_gone_by_proc(process.pid);
  pollfd fd{process.pidfd, POLLIN, 0};
  return poll(&fd, 1, 0) > 0;
}

// True if its process lives on as something else: a younger image of the same process, or (after an
// exec that is under way) a program that is not traced.
bool ProcessTable::was_replaced(const ProcessState& process) const {
  for (const auto& other : by_slot_)
    if (other && other->pid == process.pid && other->image > process.image) return true;
  const Process& image = arena_process(base_, process.slot);
  if (image.phase.load(std::memory_order_acquire) != ProcessPhase::Exec) return false;
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
    const auto phase = arena_process(base_, process.slot).phase.load(std::memory_order_acquire);
    const bool exec = phase == ProcessPhase::Exec || (replaced && !is_gone(process));
    result.push_back({&process, exec ? EndReason::Exec : EndReason::Exit});
  });
  return result;
}

bool ProcessTable::is_leaving() const {
  for (uint32_t slot = 0; slot < kProcesses; slot++)
    if (arena_process(base_, slot).phase.load(std::memory_order_acquire) == ProcessPhase::Leaving)
      return true;
  return false;
}

void ProcessTable::free(ProcessState& process) {
  if (process.pidfd >= 0) close(process.pidfd);
  arena_process(base_, process.slot).phase.store(ProcessPhase::Free, std::memory_order_release);
  by_slot_[process.slot].reset();
}

bool ProcessTable::empty() const {
  for (uint32_t slot = 0; slot < kProcesses; slot++)
    if (by_slot_[slot] ||
        arena_process(base_, slot).phase.load(std::memory_order_acquire) != ProcessPhase::Free)
      return false;
  return true;
}

}  // namespace thrace::collector
