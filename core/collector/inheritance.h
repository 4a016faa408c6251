// What the child of a fork has from its parent: the parent's list as it was at that time, of which
// the parent's records may tell only later.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace thrace::collector {

// `List` is what keeps a member of this type.
template <typename List>
class Inheritance {
 public:
  // The child was taken in in `gen`, and was forked at `time` (ticks).
  void begin(std::shared_ptr<List> parent, uint64_t time, uint32_t gen) {
    parent_ = std::move(parent);
    time_ = time;
    gen_ = gen;
  }

  // Nothing more is inherited.
  void settle() { parent_.reset(); }

  // False once the parent's list can no longer grow by what counts: its records of the generation
  // in which the child was taken in and of the next one.
  bool open() const { return parent_ != nullptr; }

  // Calls take(parent, time) if it is open.
  template <typename Take>
  void update(uint32_t gen, Take take) {
    if (!parent_) return;
    take(*parent_, time_);
    if (gen > gen_ + 1) parent_.reset();
  }

 private:
  std::shared_ptr<List> parent_;
  uint64_t time_ = 0;
  uint32_t gen_ = 0;
};

}  // namespace thrace::collector
