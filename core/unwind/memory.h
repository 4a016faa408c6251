// The bytes that may be read for a rule: one range, for as long as the reader's claim stands.
#pragma once

#include <atomic>
#include <cstdint>

namespace thrace::unwind {

class Memory {
 public:
  // [low, high) is readable.
  constexpr Memory(uint64_t low, uint64_t high) : low_(low), high_(high) {}
  // ... while `claim` holds `mark` (core/unwind/learners.h).
  constexpr Memory(uint64_t low, uint64_t high, const std::atomic<uint64_t>& claim, uint64_t mark)
      : low_(low), high_(high), claim_(&claim), mark_(mark) {}

  bool contains(uint64_t address, uint64_t size) const {
    return address >= low_ && address < high_ && size <= high_ - address;
  }
  bool claimed() const { return !claim_ || claim_->load(std::memory_order_relaxed) == mark_; }

  // False, and `value` untouched, if it is not all inside or the claim is gone.
  template <typename T>
  [[nodiscard]] bool load(uint64_t address, T& value) const {
    if (!contains(address, sizeof(T)) || !claimed()) return false;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
    return true;
  }

 private:
  uint64_t low_, high_;
  const std::atomic<uint64_t>* claim_ = nullptr;
  uint64_t mark_ = 0;
};

}  // namespace thrace::unwind
