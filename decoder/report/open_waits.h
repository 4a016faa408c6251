// Waits that are over and about which something is still to be learnt: who released (its stack
// comes late), and whether they were futile (the thread's next step tells).
#pragma once

#include <cstdint>
#include <vector>

#include "decoder/report/filter.h"
#include "decoder/report/observer.h"

namespace thrace {

class OpenWaits {
 public:
  OpenWaits(const std::vector<Observer*>& observers, Picker& picker)
      : observers_(observers), picker_(picker) {}

  // Takes a wait with so many questions; its number until they are answered.  Without questions it
  // is handed on at once, and the number means nothing.
  uint32_t add(const EndedWait& wait, int questions);

  // The answers.  After the last one the wait is handed on.
  void released(uint32_t number, StackId stack);
  void judged(uint32_t number, bool futile);

  const EndedWait& operator[](uint32_t number) const { return slots_[number].wait; }

 private:
  struct Slot {
    EndedWait wait;
    int questions = 0;
  };

  void answer(uint32_t number);
  void hand_on(EndedWait wait);

  const std::vector<Observer*>& observers_;
  Picker& picker_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace thrace
