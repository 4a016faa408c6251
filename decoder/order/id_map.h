// A flat hash map from ids to values: open addressing, no allocation per entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace thrace {

// Maps 64-bit ids to values.  Values move when the map grows: keep no pointers across insertions.
template <typename Value>
class IdMap {
 public:
  // The value of `id`, or nullptr.
  Value* find(uint64_t id) {
    if (slots_.empty()) return nullptr;
    for (size_t i = home(id);; i = next(i)) {
      if (!slots_[i].used) return nullptr;
      if (slots_[i].id == id) return &slots_[i].value;
    }
  }
  const Value* find(uint64_t id) const { return const_cast<IdMap*>(this)->find(id); }

  // The value of `id`, made by default if there was none.
  Value& operator[](uint64_t id) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    size_t i = home(id);
    while (slots_[i].used && slots_[i].id != id) i = next(i);
    if (!slots_[i].used) {
      slots_[i] = Slot{id, true, Value{}};
      size_++;
    }
    return slots_[i].value;
  }

  // Removes `id`, if it is there, by moving back the entries behind it (no tombstones).
  void erase(uint64_t id) {
    if (slots_.empty()) return;
    size_t hole = home(id);
    while (slots_[hole].used && slots_[hole].id != id) hole = next(hole);
    if (!slots_[hole].used) return;
    for (size_t i = next(hole); slots_[i].used; i = next(i)) {
      const size_t wanted = home(slots_[i].id);
      if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = Slot{};
    size_--;
  }

  void clear() {
    slots_.clear();
    size_ = 0;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Calls visit(id, value) for each entry, in no particular order.
  template <typename Visit>
  void each(Visit visit) {
    for (Slot& slot : slots_)
      if (slot.used) visit(slot.id, slot.value);
  }
  template <typename Visit>
  void each(Visit visit) const {
    for (const Slot& slot : slots_)
      if (slot.used) visit(slot.id, slot.value);
  }

 private:
  struct Slot {
    uint64_t id = 0;
    bool used = false;
    Value value{};
  };

  size_t mask() const { return slots_.size() - 1; }
  size_t next(size_t i) const { return (i + 1) & mask(); }
  size_t home(uint64_t id) const {
    return (id * 0x9E3779B97F4A7C15u >> 32) & mask();  // Fibonacci hashing
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (!slot.used) continue;
      size_t i = home(slot.id);
      while (slots_[i].used) i = next(i);
      slots_[i] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace thrace
