// Each power of two is divided into 32 buckets.
#include "decoder/report/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace thrace {
namespace {

constexpr int kSubBits = 5;

uint16_t bucket_of(uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - 1 - kSubBits);
  return static_cast<uint16_t>((shift << kSubBits) + (value >> shift));
}

// The largest value of a bucket.
uint64_t top_of(uint16_t index) {
  if (index < 2 << kSubBits) return index;
  const int shift = (index >> kSubBits) - 1;
  const uint64_t base = index - (static_cast<uint64_t>(shift) << kSubBits);
  return ((base + 1) << shift) - 1;
}

}  // namespace

void Histogram::add(uint64_t value) {
  const uint16_t index = bucket_of(value);
  const auto at = std::lower_bound(buckets_.begin(), buckets_.end(), index,
                                   [](const Bucket& b, uint16_t i) { return b.index < i; });
  if (at != buckets_.end() && at->index == index)
    at->count++;
  else
    buckets_.insert(at, {index, 1});
  count_++;
  total_ += value;
  max_ = std::max(max_, value);
}

uint64_t Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (const Bucket& bucket : buckets_) {
    seen += bucket.count;
    if (seen >= wanted) return std::min(top_of(bucket.index), max_);
  }
  return max_;
}

Histogram::Powers Histogram::powers() const {
  Powers powers;
  for (const Bucket& bucket : buckets_) {
    const int power = std::max(0, static_cast<int>(std::bit_width(top_of(bucket.index))) - 1);
    if (powers.counts.empty()) powers.first = power;
    powers.counts.resize(static_cast<size_t>(power - powers.first) + 1);
    powers.counts.back() += bucket.count;
  }
  return powers;
}

}  // namespace thrace
