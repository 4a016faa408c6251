// Sums by key: a flat hash map from a few numbers to how often and how long.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace thrace {

struct Cost {
  uint64_t count = 0;
  uint64_t total = 0;
  uint64_t max = 0;
  uint64_t marked = 0;  // of `count`, those with a property that the user of the map cares about

  void add(uint64_t value, bool mark = false) {
    count++;
    total += value;
    max = std::max(max, value);
    marked += mark;
  }
  void add(const Cost& other) {
    count += other.count;
    total += other.total;
    max = std::max(max, other.max);
    marked += other.marked;
  }
};

// The biggest of sums by name, the first of them if several are; their end if there is none.
using NamedSums = std::map<std::string, uint64_t>;
inline NamedSums::const_iterator biggest(const NamedSums& sums) {
  return std::max_element(sums.begin(), sums.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
}

// How many rows a table of sums has at most: with its index, 64 MiB of them.
inline constexpr size_t kMostSums = 1 << 20;

// What reports call all that is beyond().
inline constexpr const char* kOther = "(other)";

// Rows are added and never removed; they keep the order in which they were first asked for.
// Memory is bounded: once there are `most` rows, other keys share one sum that stands apart.
template <size_t N>
class Costs {
 public:
  using Key = std::array<uint32_t, N>;
  struct Row {
    Key key;
    Cost cost;
  };

  // `most`: 1 or more.
  explicit Costs(size_t most = kMostSums) : most_(most) {}

  // The sums of a key, valid until the next call.
  Cost& operator[](const Key& key) {
    if (rows_.size() < most_ && (rows_.size() + 1) * 2 > slots_.size()) grow();
    for (size_t at = hash_of(key);; at++) {
      uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (slot == 0) {
        if (rows_.size() == most_) return beyond_;
        rows_.push_back({key, {}});
        slot = static_cast<uint32_t>(rows_.size());
      }
      if (rows_[slot - 1].key == key) return rows_[slot - 1].cost;
    }
  }

  const std::vector<Row>& rows() const { return rows_; }

  // The sums of all keys that found no row: with the rows, they make the whole.
  const Cost& beyond() const { return beyond_; }

 private:
  static size_t hash_of(const Key& key) {
    uint64_t hash = 0;
    for (const uint32_t part : key) hash = (hash ^ part) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
  }

  void grow() {
    slots_.assign(std::max<size_t>(16, slots_.size() * 2), 0);
    for (uint32_t i = 0; i < rows_.size(); i++) {
      size_t at = hash_of(rows_[i].key);
      while (slots_[at & (slots_.size() - 1)] != 0) at++;
      slots_[at & (slots_.size() - 1)] = i + 1;
    }
  }

  size_t most_;
  Cost beyond_;
  std::vector<Row> rows_;
  std::vector<uint32_t> slots_;  // index + 1 of a row, 0: free; a power of two
};

}  // namespace thrace
