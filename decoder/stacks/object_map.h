// What the program calls its objects at the present point of the merged stream.
#pragma once

#include <cstdint>
#include <map>

#include "decoder/stacks/module_table.h"

namespace thrace {

class ObjectMap {
 public:
  explicit ObjectMap(ModuleTable& table) : table_(table) {}

  // Starts a generation with the names that its M 0 lists.
  void begin(const Generation& generation);

  // Follows the merged stream: to be called with each ObjectName.  An object takes the place of any
  // that it overlaps.
  void event(const Generation& generation, const EventView& event);

  // The named memory that an address lies in now, or kNoModule.
  ModuleIndex find(uint64_t address) const {
    return by_start_.empty() ? kNoModule : find_named(address);
  }

 private:
  struct Range {
    uint64_t last;  // the last address: an object may lie at the end of memory
    ModuleIndex module;
  };

  ModuleIndex find_named(uint64_t address) const;

  ModuleTable& table_;
  std::map<uint64_t, Range> by_start_;  // they do not overlap
};

}  // namespace thrace
