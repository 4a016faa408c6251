// A table of a generation whose ids count from 1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decoder/order/id_map.h"

namespace thrace {

// Takes memory for what is there, not for what a damaged generation says is missing.
template <typename Value>
class IdTable {
 public:
  // Empty if it is in, else what is wrong.  `gaps`: ids may be missing.
  std::string_view add(uint64_t id, const Value& value, bool gaps) {
    if (id == 0) return "an id of a table is 0";
    if (id <= dense_.size() || sparse_.find(id)) return "an id of a table was used before";
    if (id == dense_.size() + 1) {
      dense_.push_back(value);
      return {};
    }
    if (!gaps) return "an id of a table skips others";
    sparse_[id] = value;
    return {};
  }

  // The value of an id; an empty one if it is not there.
  Value find(uint64_t id) const {
    if (id == 0) return {};
    if (id <= dense_.size()) return dense_[id - 1];
    const Value* value = sparse_.find(id);
    return value ? *value : Value();
  }

  void clear() {
    dense_.clear();
    sparse_.clear();
  }

 private:
  std::vector<Value> dense_;  // up to the first gap
  IdMap<Value> sparse_;       // behind it
};

}  // namespace thrace
