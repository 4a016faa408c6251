// The modules of one process image, from its records: what the tables of later generations list.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/collector/maps.h"

namespace thrace::collector {

struct Module {
  uint32_t id = 0;
  uint64_t bias = 0, start = 0, end = 0;
  uint64_t inode = 0;  // 0: not known
  std::string build, path;

  uint64_t loaded = 0;      // ticks, as the records tell them
  uint64_t gone = 0;        // 0: it is there
  uint32_t loaded_gen = 0;  // 0: before the image began
  uint32_t gone_gen = 0;
  uint32_t table_gen = 0;  // the last generation whose tables list it

  // True if it was there when a generation began.
  bool before(uint32_t gen) const { return loaded_gen < gen && (!gone_gen || gone_gen >= gen); }
};

class Modules {
 public:
  // `pid` 0: nobody can be asked about the files.
  explicit Modules(int32_t pid = 0) : maps_(pid) {}

  // The child of a fork, taken in in `gen`, has what its parent had at that time (ticks); what the
  // parent's records tell of only in this generation or the next counts, too.
  void inherit(std::shared_ptr<Modules> parent, uint64_t time, uint32_t gen);

  // The image is closed: its list is complete.
  void settle() { parent_.reset(); }

  // A Module record: completes it by what the system knows of its file, and keeps a copy.
  void add(Module& module);

  // A ModuleGone record.
  void remove(uint32_t id, uint32_t gen, uint64_t time);

  // visit(module) for each that was there when `gen` began and is not listed in its tables yet.
  template <typename Visit>
  void list(uint32_t gen, Visit visit) {
    inherit_rest(gen);
    for (auto& [id, module] : by_id_)
      if (module.before(gen) && module.table_gen != gen) {
        module.table_gen = gen;
        visit(module);
      }
    forget(gen);
  }

  // The module that is there at an address; nullptr: none is known.
  const Module* find(uint64_t address) const;

  template <typename Visit>
  void each(Visit visit) const {
    for (const auto& [id, module] : by_id_) visit(module);
  }

 private:
  void inherit_rest(uint32_t gen);
  void forget(uint32_t gen);

  Maps maps_;
  std::map<uint32_t, Module> by_id_;
  std::shared_ptr<Modules> parent_;  // nullptr: none
  uint64_t inherit_time_ = 0;
  uint32_t inherit_gen_ = 0;
};

}  // namespace thrace::collector
