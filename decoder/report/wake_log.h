// The latest wakes: for the waits that they end, and for their stacks, which come later.
#pragma once

#include <vector>

#include "decoder/report/filter.h"
#include "decoder/report/observer.h"
#include "decoder/stacks/recent_wakes.h"

namespace thrace {

class WakeLog {
 public:
  WakeLog(const std::vector<Observer*>& observers, Picker& picker)
      : observers_(observers), picker_(picker) {}

  // Starts a generation.
  void begin(uint64_t generation);

  // A Wake.  The observers get it when it is too old to be kept, or at the end.
  void add(const WakeKey& key, EndedWake wake);

  // A Wake that is still kept, or nullptr.  Valid until the next add().
  EndedWake* find(const WakeKey& key) { return recent_.find(key); }

  // Hands on what is left.
  void finish();

 private:
  void hand_on(EndedWake& wake);

  const std::vector<Observer*>& observers_;
  Picker& picker_;
  RecentWakes<EndedWake> recent_;
};

}  // namespace thrace
