// The modules of one process image, from its records: what the tables of later generations list.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/collector/inheritance.h"
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
  uint32_t gone_gen = 0;    // of one that is gone; 0: before the image began
  uint32_t table_gen = 0;   // the last generation whose tables list it

  // False: all that is known of it is that it is gone.
  bool known() const { return end != 0; }

  // True if it was there when a generation began.
  bool before(uint32_t gen) const {
    return known() && loaded_gen < gen && (!gone || gone_gen >= gen);
  }

  bool overlaps(const Module& other) const { return start < other.end && other.start < end; }
};

// Records come more than once, and those of different threads in any order.
//
// Rules
//   M1  A module that is gone stays gone: what comes of it later only says what it was.
//   M2  Of two that overlap, the one that was loaded first has gone without a record.  One whose
//       time is not known (the collector found it in the maps) gives way to a record that comes
//       later, and takes no other's place but that of another such one: the maps have the last.
//       What a child inherits of these gives way to all that is its own.
class Modules {
 public:
  // `pid` 0: nobody can be asked about the files.
  explicit Modules(int32_t pid = 0) : maps_(pid) {}

  // The child of a fork, taken in in `gen`, has what its parent had at that time (ticks); what the
  // parent's records tell of only in this generation or the next counts, too.
  void inherit(std::shared_ptr<Modules> parent, uint64_t time, uint32_t gen) {
    inheritance_.begin(std::move(parent), time, gen);
  }

  // The image is closed: its list is complete.
  void settle() { inheritance_.settle(); }

  // A Module record, or what was found in the maps: completes it by what the system knows of its
  // file, and keeps a copy.
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

  // True if one that is there, or was lately, overlaps this one.
  bool any_overlaps(const Module& module) const;

  template <typename Visit>
  void each(Visit visit) const {
    for (const auto& [id, module] : by_id_)
      if (module.known()) visit(module);
  }

 private:
  Module* put(const Module& module);
  void settle_overlaps(Module& module, bool inherited);
  void inherit_rest(uint32_t gen);
  void forget(uint32_t gen);

  Maps maps_;
  std::map<uint32_t, Module> by_id_;
  Inheritance<Modules> inheritance_;
};

}  // namespace thrace::collector
