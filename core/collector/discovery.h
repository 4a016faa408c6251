// Modules that no record tells of: what libc loads by itself, and what was loaded by a thread that
// made no further call of the loader's (preload/modules.h, L2).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/collector/maps.h"
#include "core/collector/modules.h"

namespace thrace::collector {

// Ids of such modules; those of records are smaller.  No two of a session are the same: the child
// of a fork has its parent's modules beside those that are found in itself.
inline constexpr uint32_t kFirstDiscovered = 1u << 31;

class Discovery {
 public:
  explicit Discovery(int32_t pid) : pid_(pid) {}

  // Adds the files that are mapped as code and are in no module.  They count from the generation
  // `gen` on, that is, its tables name them, but for one that lies where another module lay lately:
  // that one counts from the next.
  void find(const std::vector<Mapping>& mappings, Modules& modules, uint32_t gen = 1);

 private:
  bool identify(const Mapping& mapping, Module& module) const;

  int32_t pid_;
  static inline uint32_t next_ = kFirstDiscovered;  // the collector's main thread alone looks
  std::set<std::string> others_;                    // files that are no modules
};

}  // namespace thrace::collector
