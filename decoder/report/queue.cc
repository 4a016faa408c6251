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
  result_.waited += span * waiters_;
  result_.longest_queue = std::max(result_.longest_queue, waiters_);
  for (Place& place : places_) (free_ ? place.gap : place.charged) += span * place.waiters;
}

// One more waits at a place, or one less.
void Queue::count(Site site, bool comes) {
  comes ? waiters_++ : waiters_--;
  if (!given_up_) return;
  auto at = std::find_if(places_.begin(), places_.end(),
                         [&](const Place& place) { return place.site == site; });
  if (at == places_.end()) at = places_.insert(at, {site, 0, 0, 0});
  comes ? at->waiters++ : at->waiters--;
}

Queue::Ticket Queue::arrive(Site site, int64_t now, const Window& window) {
  advance(now, window);
  if (waiters_ == 0) {
    stretch_ = handovers_ = 0;
    places_.clear();
    free_ = false;  // whoever released it long ago, somebody holds it now
  }
  count(site, true);
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

void Queue::leave(Ticket ticket, Site site, bool got, int64_t now, const Window& window) {
  advance(now, window);
  count(site, false);
  const bool counts = got && window.contains(now_);
  if (counts) {
    result_.count++;
    handovers_++;
    if (free_) result_.gaps.add(static_cast<uint64_t>(now_) - static_cast<uint64_t>(released_at_));
  }
  if (got) {
    free_ = false;
    for (Place& place : places_) place.gap = 0;
  }
  if (ticket >= first_) {
    if (counts && ticket != first_) result_.out_of_order++;
    waits_[head_ + (ticket - first_)] = false;
    while (head_ < waits_.size() && !waits_[head_]) drop_oldest();
  }
  if (waiters_ == 0) end_stretch();
}

std::vector<Charge> Queue::release(int64_t now, const Window& window) {
  advance(now, window);
  // Released before, and nobody has got it who had waited: another one took it meanwhile.
  const bool stolen = free_ && waiters_ != 0;
  if (stolen && window.contains(now_)) result_.stolen++;
  std::vector<Charge> charges;
  for (Place& place : places_) {
    const uint64_t time = place.charged + (stolen ? place.gap : 0);
    if (time != 0) charges.push_back({place.site.stack, time, place.site.picked});
    if (place.site.picked) result_.caused += time;
    place.charged = place.gap = 0;
  }
  std::erase_if(places_, [](const Place& place) { return place.waiters == 0; });
  free_ = released_ = true;
  released_at_ = now_;
  return charges;
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
