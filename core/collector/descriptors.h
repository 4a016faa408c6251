// What is behind the file descriptors of a traced process, as /proc/PID/fd has it.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "core/collector/maps.h"

namespace thrace::collector {

// The numbers that were looked at in a generation.
class DescriptorSet {
 public:
  static constexpr size_t kMost = 1024;

  // Adds a number.  False if it is there already, or no more are to be looked at.
  bool add(uint64_t fd) {
    if (fd < kLow && low_[fd]) [[likely]]
      return false;
    return add_new(fd);
  }

 private:
  static constexpr size_t kLow = 1024;

  [[gnu::cold]] bool add_new(uint64_t fd) {
    if (count_ == kMost || (fd >= kLow && !high_.insert(fd).second)) return false;
    if (fd < kLow) low_[fd] = true;
    count_++;
    return true;
  }

  std::bitset<kLow> low_;
  std::unordered_set<uint64_t> high_;
  size_t count_ = 0;
};

class Descriptors {
 public:
  // `pidfd`: -1 if there is none.  `arena`: the mapping by which a process of the session is known.
  Descriptors(int32_t pid, int pidfd, Mapping arena)
      : pid_(pid), pidfd_(pidfd), arena_(std::move(arena)) {}

  // The kernel's link for a descriptor as it is now; empty: the process is gone or closed to us, or
  // it has no such descriptor.
  std::string target(uint64_t fd);

 private:
  bool is_ours();

  int32_t pid_;
  int pidfd_;
  Mapping arena_;
  bool asked_ = false;
  bool ours_ = false;
};

}  // namespace thrace::collector
