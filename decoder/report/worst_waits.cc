// A heap of the longest waits.
#include "decoder/report/worst_waits.h"

#include <algorithm>
#include <tuple>

namespace thrace {
namespace {

// The longest first; of equal ones, the earliest.  That a thread waits for the end of others tells
// little: joins come last.
bool is_worse(const EndedWait& a, const EndedWait& b) {
  return std::make_tuple(a.join, b.time, a.since, a.thread) <
         std::make_tuple(b.join, a.time, b.since, b.thread);
}

}  // namespace

void WorstWaits::wait(const EndedWait& wait) {
  if (heap_.size() == count_) {
    if (count_ == 0 || !is_worse(wait, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), is_worse);
    heap_.pop_back();
  }
  heap_.push_back(wait);
  std::push_heap(heap_.begin(), heap_.end(), is_worse);
}

std::vector<EndedWait> WorstWaits::waits() const {
  std::vector<EndedWait> sorted = heap_;
  std::sort(sorted.begin(), sorted.end(), is_worse);
  return sorted;
}

}  // namespace thrace
