// Counting waiters and adding up their time.
#include "decoder/report/queue.h"

#include <algorithm>

namespace thrace {

// Adds up the time until now.
void Queue::advance(int64_t now, const Window& window) {
  now = std::max(now, now_);
  const uint64_t span = window.clipped(now_, now);
  now_ = now;
  if (waiters_ == 0 || span == 0) return;
  result_.contended += span;
  stretch_ += span;
  const uint64_t waited = span * waiters_;
  result_.waited += waited;
  (free_ ? gap_ : charged_) += waited;
}

Queue::Ticket Queue::arrive(int64_t now, const Window& window) {
  advance(now, window);
  if (waiters_ == 0) {
    stretch_ = handovers_ = 0;
    gap_ = charged_ = 0;
    free_ = false;  // whoever released it long ago, somebody holds it now
  }
  waiters_++;
  if (window.contains(now_)) result_.longest_queue = std::max(result_.longest_queue, waiters_);
  waits_.push_back(true);
  if (waits_.size() - head_ > kMaxSpan) drop_oldest();
  return first_ + (waits_.size() - head_) - 1;
}

void Queue::drop_oldest() {
  head_++;
  first_++;
  if (head_ * 2 < waits_.size()) return;
  waits_.erase(waits_.begin(), waits_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

void Queue::leave(Ticket ticket, bool got, int64_t now, const Window& window) {
  advance(now, window);
  if (waiters_ != 0) waiters_--;
  const bool counts = got && window.contains(now_);
  if (counts) {
    result_.count++;
    handovers_++;
    if (free_) result_.gaps.add(static_cast<uint64_t>(now_) - static_cast<uint64_t>(released_at_));
  }
  if (got) {
    free_ = false;
    gap_ = 0;
  }
  if (ticket >= first_) {
    if (counts && ticket != first_) result_.out_of_order++;
    waits_[head_ + (ticket - first_)] = false;
    while (head_ < waits_.size() && !waits_[head_]) drop_oldest();
  }
  if (waiters_ == 0) end_stretch();
}

uint64_t Queue::release(int64_t now, const Window& window) {
  advance(now, window);
  // It was released, and nobody has got it who had waited: another one took it meanwhile.
  if (free_ && waiters_ != 0) {
    result_.stolen++;
    charged_ += gap_;
  }
  const uint64_t caused = charged_;
  result_.caused += caused;
  charged_ = gap_ = 0;
  free_ = released_ = true;
  released_at_ = now_;
  return caused;
}

void Queue::end_stretch() {
  if (handovers_ >= kConvoy) {
    result_.convoys++;
    result_.in_convoys += handovers_;
    result_.longest_convoy = std::max(result_.longest_convoy, stretch_);
  }
  stretch_ = handovers_ = 0;
}

void Queue::finish(int64_t now, const Window& window) {
  advance(now, window);
  end_stretch();
}

}  // namespace thrace
