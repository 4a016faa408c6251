// The names that the program of one image has given to its objects, from its records: what the
// tables of later generations list.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/collector/inheritance.h"

namespace thrace::collector {

class ObjectNames {
 public:
  // More are not listed in later generations.  As many are kept of those that had their names
  // lately, and of what ended names that are not known.
  static constexpr size_t kMost = 4096;

  // The child of a fork, taken in in `gen`, has the names that its parent had at that time (ticks);
  // what the parent's records tell of only in this generation or the next counts, too.
  void inherit(std::shared_ptr<ObjectNames> parent, uint64_t time, uint32_t gen) {
    inheritance_.begin(std::move(parent), time, gen);
  }

  // The image is closed: its list is complete.
  void settle() { inheritance_.settle(); }

  // An ObjectName record of generation `gen` and that time.
  void add(uint64_t object, uint64_t size, std::string_view name, uint32_t gen, uint64_t time);

  // visit(object, size, name) for each that had its name when `gen` began and is not listed in its
  // tables yet.
  template <typename Visit>
  void list(uint32_t gen, Visit visit) {
    inherit_rest(gen);
    const auto look = [&](uint64_t object, Entry& entry) {
      if (!entry.before(gen) || entry.table_gen == gen) return;
      entry.table_gen = gen;
      visit(object, entry.size, entry.name);
    };
    for (auto& [key, entry] : gone_) look(key.first, entry);
    for (auto& [object, entry] : live_) look(object, entry);
    forget(gen);
  }

 private:
  struct Entry {
    uint64_t size = 0;
    std::string name;
    uint64_t named = 0;      // ticks, as the records tell them
    uint64_t gone = 0;       // 0: it has its name
    uint32_t named_gen = 0;  // 0: before the image began
    uint32_t gone_gen = 0;
    uint32_t table_gen = 0;  // the last generation whose tables list it

    bool before(uint32_t gen) const { return named_gen < gen && (!gone_gen || gone_gen >= gen); }
  };

  struct End {
    uint64_t time = 0;  // 0: none
    uint32_t gen = 0;
  };

  void inherit_rest(uint32_t gen);
  End end_of(uint64_t object, uint64_t size, uint64_t time) const;
  bool ended_any(uint64_t object, uint64_t size, uint64_t time) const;
  void keep_gone(uint64_t object, Entry entry, End end);
  void put(uint64_t object, Entry entry);
  void forget(uint32_t gen);

  std::map<uint64_t, Entry> live_;  // by start; they do not overlap
  // Those that had their names lately, by start and time of naming.
  std::map<std::pair<uint64_t, uint64_t>, Entry> gone_;
  // Ends of names that were not there, perhaps still to come: their generations, by place and time.
  std::map<std::pair<uint64_t, uint64_t>, uint32_t> forgets_;
  Inheritance<ObjectNames> inheritance_;
};

}  // namespace thrace::collector
