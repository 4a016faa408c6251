// Which process of the kernel's a claim in the arena came from.  A traced program may have gone
// into a pid namespace below the collector's: then its own numbers are not those by which the
// collector finds it, and may be somebody else's here.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/arena/layout.h"
#include "core/collector/maps.h"

namespace thrace::collector {

struct Whereabouts {
  // As the collector numbers them.  None: the process is gone.  Several: one of these, nobody can
  // tell which; it lives as long as any of them, and nothing else is asked about it.
  std::vector<int32_t> pids;
  bool nested = false;  // it has other numbers for itself and its threads

  int32_t pid() const { return pids.size() == 1 ? pids[0] : 0; }
};

class Locator {
 public:
  // `arena`: the mapping by which a process of the session is known.
  explicit Locator(Mapping arena);

  // To be called when claims have been seen that find() will be asked about.
  void begin() { looked_ = false; }

  // `taken`: processes that have images which are not about to be replaced.
  Whereabouts find(const Process& image, const std::set<int32_t>& taken);

  // True if a process has this number, for itself or for the collector.
  bool knows(int32_t pid);

  const Mapping& arena() const { return arena_; }

 private:
  enum class Member : uint8_t { No, Unknown, Yes };
  Member member(int32_t pid) const;
  bool is_plausible(const Process& image) const;
  void look();

  Mapping arena_;
  uint64_t began_ = 0;  // the collector, in the unit and on the clock of starts in /proc

  // All processes, with their own number if it is another than here, else 0.
  std::map<int32_t, int32_t> all_;
  bool looked_ = false;
  uint64_t forgot_at_ = 0;  // CLOCK_MONOTONIC, ns
};

// The threads of a process in a namespace of its own.
class NestedThreads {
 public:
  explicit NestedThreads(int32_t pid) : pid_(pid) {}  // 0: not known

  static constexpr int32_t kGone = 0, kNotKnown = -1;

  // The collector's number for a thread of which the process knows another, and which ran at
  // `since` (CLOCK_MONOTONIC, ns); kGone; or kNotKnown: ask again, the list is read for an eighth
  // of the time at most.
  int32_t find(int32_t tid, uint64_t since);

 private:
  void read();

  int32_t pid_;
  uint64_t read_at_ = 0;             // CLOCK_MONOTONIC, ns
  uint64_t pause_ = 0;               // ns from the last reading to the next
  std::map<int32_t, int32_t> tids_;  // the collector's by the process's own
};

}  // namespace thrace::collector
