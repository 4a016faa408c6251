// The modules that are mapped at the present point of the merged stream (rule R11).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "decoder/order/id_map.h"
#include "decoder/stacks/module_table.h"

namespace thrace {

class ModuleMap {
 public:
  // More Modules of one generation are not looked ahead to.
  static constexpr size_t kMaxComing = 1024;

  explicit ModuleMap(ModuleTable& table) : table_(table) {}

  // Starts a generation with the modules that its M 0 lists.
  void begin(const Generation& generation);

  // Follows the merged stream: to be called with each Module and ModuleGone.
  void event(const Generation& generation, const EventView& event);

  // The module that covers an address now, or kNoModule.
  ModuleIndex find(uint64_t address) const;

  // As find(), but an address in no module belongs to the next one that the generation maps there
  // after `time` (ticks): constructors run before the Module of their file is written.
  ModuleIndex find_or_coming(const Generation& generation, uint64_t address, uint64_t time);

  // Changes when find() may have other answers; never 0.
  uint32_t version() const { return version_; }

 private:
  struct Range {
    uint64_t end;  // behind the last address
    uint64_t id;   // of the Module event
    ModuleIndex module;
  };
  struct Coming {
    uint64_t time;
    uint64_t start, end;
    ModuleIndex module;
  };

  void map(const Generation& generation, const EventView& event);
  void unmap(uint64_t id);
  void look_ahead(const Generation& generation);

  ModuleTable& table_;
  std::map<uint64_t, Range> ranges_;  // by start; they do not overlap
  IdMap<uint64_t> starts_;            // of those in ranges_, by id
  std::vector<Coming> coming_;        // by time
  bool looked_ = false;               // coming_ is that of this generation
  uint32_t version_ = 1;
};

}  // namespace thrace
