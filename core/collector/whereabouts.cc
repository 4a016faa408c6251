// Finding processes by the line NSpid of /proc/PID/status: the numbers of a process, from the
// namespace of whoever reads to its own (pid_namespaces(7)).
#include "core/collector/whereabouts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

// Clock ticks between the start of a process and that of the collector which it starts itself.
constexpr uint64_t kStartsLater = 200;
constexpr uint64_t kMemory = 1'000'000'000;  // ns: of who all processes are
constexpr uint64_t kAge = 100'000'000;       // ns: what was read about threads is as good as new
constexpr uint64_t kPauses = 7;              // times as long as that took

std::vector<int32_t> numbers(const std::string& folder) {
  std::ifstream file(folder + "/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream words(line.substr(std::strlen("NSpid:")));
    std::vector<int32_t> result;
    for (int32_t number; words >> number;) result.push_back(number);
    return result;
  }
  return {};
}

// True if /proc shows the collector's own namespace, and the kernel tells of those below.
bool can_tell() {
  static const bool result = [] {
    char target[16] = {};
    return readlink("/proc/self", target, sizeof target - 1) > 0 &&
           target == std::to_string(getpid()) && numbers("/proc/self").size() == 1;
  }();
  return result;
}

// Field 22 of /proc/PID/stat; 0: not known.
uint64_t start_of(int32_t pid) {
  std::ifstream file(proc_path(pid, "stat"));
  std::string stat;
  if (!std::getline(file, stat)) return 0;
  std::istringstream fields(stat.substr(std::min(stat.rfind(')'), stat.size() - 1) + 1));
  std::string field;
  for (int i = 3; i <= 22; i++) fields >> field;
  return fields ? std::strtoull(field.c_str(), nullptr, 10) : 0;
}

std::string executable(int32_t pid) {
  char target[sizeof Process::executable] = {};
  return readlink(proc_path(pid, "exe").c_str(), target, sizeof target - 1) > 0 ? target : "";
}

// Keeps what `wanted` is true of, if it is true of any.
template <typename Wanted>
void prefer(std::vector<int32_t>& pids, Wanted wanted) {
  if (std::any_of(pids.begin(), pids.end(), wanted))
    std::erase_if(pids, [&](int32_t pid) { return !wanted(pid); });
}

}  // namespace

Locator::Locator(Mapping arena) : arena_(std::move(arena)), began_(start_of(getpid())) {}

// By the arena, which it has mapped.  A process with other rights than the collector does not say.
Locator::Member Locator::member(int32_t pid) const {
  std::string maps;
  const bool whole = read_proc(pid, "maps", maps);
  if (arena_.path.empty()) return Member::Unknown;
  const auto name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  for (const Mapping& mapping : parse_maps(maps))
    if (mapping.inode == arena_.inode && name(mapping.path) == name(arena_.path))
      return Member::Yes;
  return whole ? Member::No : Member::Unknown;
}

// True if the process that has the number of the claim here may be who made it.
bool Locator::is_plausible(const Process& image) const {
  switch (member(image.pid())) {
    case Member::No:
      return false;
    case Member::Yes:
      return true;
    case Member::Unknown:
      break;
  }
  // Only the first was there before the session.
  return image.image == 1 || start_of(image.pid()) + kStartsLater >= began_;
}

// A program may start and end processes faster than all of them can be asked each time; what they
// say holds for their life.  A number may be used again: then somebody else has it, in a second or
// so.
void Locator::look() {
  if (looked_) return;
  looked_ = true;
  const uint64_t now = monotonic();
  std::map<int32_t, int32_t> before;
  if (now - forgot_at_ < kMemory)
    before.swap(all_);
  else
    forgot_at_ = now;
  all_.clear();
  for (const int32_t pid : all_processes()) {
    const auto known = before.find(pid);
    if (known != before.end()) {
      all_.insert(*known);
    } else {
      const std::vector<int32_t> all = numbers(proc_path(pid, ""));
      all_[pid] = all.size() > 1 ? all.back() : 0;
    }
  }
}

Whereabouts Locator::find(const Process& image, const std::set<int32_t>& taken) {
  const bool here = exists(image.pid());
  const Whereabouts as_said = {here ? std::vector{image.pid()} : std::vector<int32_t>{}, false};
  if (!can_tell()) return as_said;
  if (here && !taken.contains(image.pid()) && member(image.pid()) == Member::Yes) return as_said;

  look();
  std::vector<int32_t> pids;
  for (const auto& [pid, own] : all_)
    if (own == image.pid() && !taken.contains(pid) && member(pid) != Member::No)
      pids.push_back(pid);
  if (pids.empty()) return here && is_plausible(image) ? as_said : Whereabouts{};
  prefer(pids, [&](int32_t pid) { return member(pid) == Member::Yes; });
  prefer(pids, [&](int32_t pid) { return executable(pid) == image.executable; });
  return {pids, true};
}

bool Locator::knows(int32_t pid) {
  if (exists(pid)) return true;
  if (!can_tell()) return false;
  look();
  return std::any_of(all_.begin(), all_.end(), [&](const auto& one) { return one.second == pid; });
}

// It may have thousands, and each is a file.
void NestedThreads::read() {
  tids_.clear();
  read_at_ = monotonic();
  for (const int32_t tid : numbered_entries(proc_path(pid_, "task"))) {
    const std::vector<int32_t> known = numbers(proc_path(pid_, "task/") + std::to_string(tid));
    if (!known.empty()) tids_[known.back()] = tid;
  }
  pause_ = kPauses * (monotonic() - read_at_);
}

// One that ran before the list was read and is not in it has ended: it does not come back.
int32_t NestedThreads::find(int32_t tid, uint64_t since) {
  if (!pid_) return kGone;
  auto found = tids_.find(tid);
  const uint64_t age = monotonic() - read_at_;
  const bool certain = found == tids_.end() ? read_at_ > since : age <= kAge;
  if (!certain) {
    if (age < pause_) return kNotKnown;
    read();
    found = tids_.find(tid);
  }
  return found == tids_.end() ? kGone : found->second;
}

}  // namespace thrace::collector
