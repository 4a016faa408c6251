// A stretch of time that is looked at, in ns since the start of the first trace.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace thrace {

struct Window {
  int64_t from = std::numeric_limits<int64_t>::min();
  int64_t to = std::numeric_limits<int64_t>::max();

  bool contains(int64_t time) const { return time >= from && time <= to; }

  // True if some of the span lies in it.
  bool touches(int64_t since, int64_t until) const { return until >= from && since <= to; }

  // How much of the span lies in it.
  uint64_t clipped(int64_t since, int64_t until) const {
    since = std::max(since, from);
    until = std::min(until, to);
    return until > since ? static_cast<uint64_t>(until) - static_cast<uint64_t>(since) : 0;
  }
};

}  // namespace thrace
