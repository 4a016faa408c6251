// Keeping waits until all is known of them.
#include "decoder/report/open_waits.h"

namespace thrace {

void OpenWaits::hand_on(EndedWait wait) {
  wait.waker_picked = wait.waker_picked && picker_.function(wait.release);
  for (Observer* observer : observers_) {
    if (wait.picked) observer->wait(wait);
    if (wait.waker != kNobody && (wait.picked || wait.waker_picked)) observer->woken(wait);
  }
}

uint32_t OpenWaits::add(const EndedWait& wait, int questions) {
  if (questions == 0) {
    hand_on(wait);
    return 0;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t number = free_.back();
  free_.pop_back();
  slots_[number] = {wait, questions};
  return number;
}

void OpenWaits::released(uint32_t number, StackId stack) {
  slots_[number].wait.release = stack;
  answer(number);
}

void OpenWaits::judged(uint32_t number, bool futile) {
  slots_[number].wait.futile = futile;
  answer(number);
}

void OpenWaits::answer(uint32_t number) {
  if (--slots_[number].questions != 0) return;
  hand_on(slots_[number].wait);
  free_.push_back(number);
}

}  // namespace thrace
