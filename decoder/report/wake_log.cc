// Handing on wakes that nothing more is learnt of.
#include "decoder/report/wake_log.h"

namespace thrace {

void WakeLog::hand_on(EndedWake& wake) {
  wake.picked = wake.picked && picker_.function(wake.stack);
  for (Observer* observer : observers_) {
    if (!wake.charges.empty()) observer->released(wake);
    if (wake.picked && wake.within) observer->wake(wake);
  }
}

void WakeLog::begin(uint64_t generation) {
  recent_.begin(generation, [this](EndedWake& wake) { hand_on(wake); });
}

void WakeLog::add(const WakeKey& key, EndedWake wake) {
  recent_.add(key, std::move(wake), [this](EndedWake& old) { hand_on(old); });
}

void WakeLog::finish() {
  recent_.finish([this](EndedWake& wake) { hand_on(wake); });
}

}  // namespace thrace
