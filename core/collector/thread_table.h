// All Ms of the session: who sits in which slot of the arena, and who is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/collector/m_state.h"
#include "core/collector/process_state.h"

namespace thrace::collector {

class ThreadTable {
 public:
  // The process in a slot, nullptr if the collector does not know it (yet).
  using FindProcess = std::function<ProcessState*(uint32_t slot)>;

  ThreadTable(char* base, FindProcess find_process);

  // Looks at the slots: takes in new Ms and lets go of those whose creation failed.
  void scan();

  // The M with this id, or nullptr.  `slot`: where it should be, if it is not known yet.
  MState* find(uint32_t m, uint32_t slot = 0);

  // Ms that are Ended, as of the last scan.
  const std::vector<MState*>& ended() const { return ended_; }

  // True if the kernel has no such thread any more, or its tid belongs to a younger M.
  bool is_gone(const MState& m) const;

  // The M will not write any more and all it wrote is encoded: its slot is free.  It stays known
  // until forget_retired(), because a chunk of it may still be found.
  void retire(MState& m);
  void forget_retired();

  // Retires and forgets all Ms of a process image that is closed.
  void drop(ProcessState& process);

  // All Ms that are not retired: visit(MState&).
  template <typename Visit>
  void each(Visit visit) {
    for (uint32_t slot = 1; slot <= high_; slot++)
      if (by_slot_[slot]) visit(*by_slot_[slot]);
  }

 private:
  MState* adopt(uint32_t slot);  // an M that begins in the current generation
  void identify(MState& m);
  void leave_slot(MState& m);
  // True if m, not `other`, has their common tid now.
  bool is_later(const MState& m, uint32_t other) const;

  char* base_;
  FindProcess find_process_;
  uint32_t high_ = 0;  // the highest slot ever seen in use
  std::vector<MState*> by_slot_;
  std::unordered_map<uint32_t, std::unique_ptr<MState>> by_id_;
  std::unordered_map<uint64_t, uint32_t> youngest_;  // M by pid and tid
  std::vector<MState*> ended_;
  std::vector<uint32_t> retired_;
};

}  // namespace thrace::collector
