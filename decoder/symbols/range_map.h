// A map from addresses to values, made once of ranges that may overlap, then searched.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <vector>

namespace thrace {

class RangeMap {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Range {
    uint64_t begin;
    uint64_t end;  // behind the last address
    uint32_t value;
  };

  RangeMap() = default;

  // Where ranges overlap, the one that stands later in the list wins.  Any ranges are accepted;
  // those that are empty or end before they begin hold nothing.
  explicit RangeMap(const std::vector<Range>& ranges) {
    std::vector<uint32_t> order;
    std::vector<uint64_t> bounds;
    for (uint32_t i = 0; i < ranges.size(); i++) {
      if (ranges[i].begin >= ranges[i].end) continue;
      order.push_back(i);
      bounds.push_back(ranges[i].begin);
      bounds.push_back(ranges[i].end);
    }
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return ranges[a].begin < ranges[b].begin; });
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());

    // At each bound, the open range that stands last in the list.
    std::priority_queue<uint32_t> open;
    auto next = order.begin();
    for (const uint64_t bound : bounds) {
      for (; next != order.end() && ranges[*next].begin == bound; ++next) open.push(*next);
      while (!open.empty() && ranges[open.top()].end <= bound) open.pop();
      const uint32_t value = open.empty() ? kNone : ranges[open.top()].value;
      if (pieces_.empty() ? value != kNone : value != pieces_.back().value)
        pieces_.push_back({bound, value});
    }
    pieces_.shrink_to_fit();
  }

  // The value at `address`, or kNone.
  uint32_t find(uint64_t address) const {
    const auto after =
        std::upper_bound(pieces_.begin(), pieces_.end(), address,
                         [](uint64_t wanted, const Piece& piece) { return wanted < piece.begin; });
    return after == pieces_.begin() ? kNone : std::prev(after)->value;
  }

  bool empty() const { return pieces_.empty(); }

 private:
  struct Piece {  // up to the next one
    uint64_t begin;
    uint32_t value;
  };
  std::vector<Piece> pieces_;
};

}  // namespace thrace
