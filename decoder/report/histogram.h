// Durations in logarithmic buckets: quantiles within 3 %, memory independent of the number of
// values.
#pragma once

#include <cstdint>
#include <vector>

namespace thrace {

class Histogram {
 public:
  void add(uint64_t value);

  // The value below which the share `q` (0 to 1) of all values lies; 0 if there are none.  At most
  // 3 % above the true one, and never above the largest.
  uint64_t quantile(double q) const;

  // How many values lie in each power of two, from the smallest to the largest that has any:
  // counts[i] of those from 2^(first + i) up to below the next; 0 counts with 1.
  struct Powers {
    int first = 0;
    std::vector<uint64_t> counts;
  };
  Powers powers() const;

  uint64_t count() const { return count_; }
  uint64_t total() const { return total_; }
  uint64_t max() const { return max_; }
  uint64_t mean() const { return count_ ? total_ / count_ : 0; }

 private:
  struct Bucket {
    uint16_t index;
    uint64_t count;
  };
  std::vector<Bucket> buckets_;  // sorted; only those that are not empty
  uint64_t count_ = 0;
  uint64_t total_ = 0;
  uint64_t max_ = 0;
};

}  // namespace thrace
