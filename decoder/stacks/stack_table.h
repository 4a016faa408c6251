// The distinct call stacks of one run, over all its generations and traces: what the file has as
// addresses, as addresses in modules.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decoder/stacks/module_map.h"
#include "decoder/stacks/object_map.h"

namespace thrace {

// A stack of the run.  0: none is known.
using StackId = uint32_t;

// A frame as it was recorded.  The address is behind an instruction under way, as return addresses
// are: the byte in front of it is what to look up.
struct StackFrame {
  uint64_t address;
  ModuleIndex module;

  bool operator==(const StackFrame&) const = default;
};

struct StackView {
  StackEnd end = StackEnd::None;
  std::span<const StackFrame> frames;  // the innermost first; valid until the next stack is added
};

class StackTable {
 public:
  // What is beyond these has the id 0.
  static constexpr size_t kMaxStacks = 1 << 20;
  static constexpr size_t kMaxAllFrames = 1 << 24;

  // `most`: so many stacks are told apart.
  explicit StackTable(size_t most = kMaxStacks) : most_(most), map_(modules_), objects_(modules_) {}
  StackTable(const StackTable&) = delete;
  StackTable& operator=(const StackTable&) = delete;

  // True for the events that it follows.
  static bool follows(Event event) {
    return event == Event::Module || event == Event::ModuleGone || event == Event::ObjectName;
  }

  // Follows the merged stream: the start of each generation, and each event that it follows.
  void begin(const Generation& generation);
  void event(const Generation& generation, const EventView& event) {
    if (event.type == Event::ObjectName)
      objects_.event(generation, event);
    else
      map_.event(generation, event);
  }

  // What an object lies in now: memory that the program has named, else a module, else kNoModule.
  ModuleIndex place(uint64_t object) const {
    const ModuleIndex named = objects_.find(object);
    return named != kNoModule ? named : map_.find(object);
  }

  // The same, with a module that is mapped after `time` (ticks): ModuleMap::find_or_coming().
  ModuleIndex place(const Generation& generation, uint64_t object, uint64_t time) {
    const ModuleIndex named = objects_.find(object);
    return named != kNoModule ? named : map_.find_or_coming(generation, object, time);
  }

  // The stack `stack` of the generation as it is to be understood by an event of this moment, at
  // `time` (ticks).  The same frames in the same modules always have the same id.
  StackId id(const Generation& generation, uint64_t stack, uint64_t time) {
    if (stack == 0) return 0;
    if (stack < cache_.size() && cache_[stack].version == map_.version()) return cache_[stack].id;
    return resolve(generation, stack, time);
  }

  StackView operator[](StackId id) const;

  // Ids run from 1 to this.
  size_t size() const { return entries_.size(); }

  // True if there were stacks for which there was no room.
  bool is_full() const { return full_; }

  const ModuleMap& map() const { return map_; }
  ModuleMap& map() { return map_; }
  const ModuleTable& modules() const { return modules_; }

  // To be called before the first event of a trace, with its header.
  void add_process(const FileHeader& header) { modules_.add_process(header); }

  // To be called before the first event of a trace, with the attachments that are known by then,
  // and after the last one: see ModuleTable.
  void attach(const std::string& trace, const std::vector<Attachment>& attachments) {
    modules_.attach(trace, attachments);
  }

 private:
  struct Entry {
    uint64_t hash;
    size_t first;  // in frames_
    uint32_t count;
    StackEnd end;
  };
  struct Cached {
    uint32_t version = 0;
    StackId id = 0;
  };

  StackId resolve(const Generation& generation, uint64_t stack, uint64_t time);
  StackId intern(StackEnd end, std::span<const StackFrame> frames);
  void grow();

  const size_t most_;
  bool full_ = false;
  ModuleTable modules_;
  ModuleMap map_;
  ObjectMap objects_;
  std::vector<Entry> entries_;      // by id - 1
  std::vector<StackFrame> frames_;  // of all entries
  std::vector<StackId> slots_;      // a hash table of ids, 0: free; a power of two
  std::vector<Cached> cache_;       // by the generation's ids
  std::vector<uint64_t> addresses_;
  std::vector<StackFrame> fresh_;
};

}  // namespace thrace
