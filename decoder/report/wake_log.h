// The latest wakes of each M: for the waits that they end, and for their stacks, which come later.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "decoder/report/filter.h"
#include "decoder/report/observer.h"
#include "decoder/stacks/wake_join.h"

namespace thrace {

class WakeLog {
 public:
  // How many wakes of an M are kept.
  static constexpr size_t kWakes = 256;

  WakeLog(const std::vector<Observer*>& observers, Picker& picker)
      : observers_(observers), picker_(picker) {}

  // A Wake.  `picked`: the observers get it, if its stack passes the filter too, when it is the
  // oldest of too many or at the end.
  void add(const WakeKey& key, EndedWake wake, bool picked);

  // A Wake that is still kept, or nullptr.  Valid until the next add().
  EndedWake* find(const WakeKey& key);

  // Hands on what is left.
  void finish();

 private:
  struct Entry {
    uint64_t generation;
    uint64_t seq;
    bool picked;
    EndedWake wake;
  };
  using Entries = std::deque<Entry>;

  void hand_on(const Entry& entry);

  const std::vector<Observer*>& observers_;
  Picker& picker_;
  IdMap<std::unique_ptr<Entries>> entries_;  // by M; ascending by generation and number
};

}  // namespace thrace
