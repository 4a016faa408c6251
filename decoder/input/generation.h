// One generation of a trace in memory: its batches by M, and its tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/batch.h"
#include "decoder/input/clock.h"
#include "decoder/input/id_table.h"
#include "decoder/input/problem.h"
#include "decoder/order/id_map.h"

namespace thrace {

// A batch and where it stands in Generation::data.
struct PlacedBatch {
  Batch batch;
  uint64_t position = 0;
};

// The batches of one M, in file order.
struct ThreadBatches {
  uint64_t m = 0;
  std::vector<PlacedBatch> batches;
};

// What the tables say about an M.
struct ThreadName {
  uint64_t tid = 0;
  std::string_view name;
};

// What the tables say is an M's own.
struct ThreadMemory {
  uint64_t low = 0, high = 0;  // its stack, up to below `high`; both 0: not known
  uint64_t self = 0;           // its pthread_t

  bool operator==(const ThreadMemory&) const = default;
};

// A call stack as the tables have it.
struct Stack {
  StackEnd end = StackEnd::None;  // None: the table has no such stack
  std::string_view frames;        // see core/format/frames.h
};

class Generation {
 public:
  uint64_t number = 0;  // 0 until the first batch was read
  uint64_t offset = 0;  // of its frame in the file
  std::string data;     // decompressed: all batches point into it

  bool cut = false;        // it does not end in EndOfGeneration
  bool damaged = false;    // something in the middle of it is missing
  bool after_gap = false;  // something before it is missing
  EndReason end = EndReason::None;
  uint64_t end_time = 0;  // of EndOfGeneration

  uint64_t unseen_threads = 0;  // of the session, so far (Unseen)
  uint64_t unseen_processes = 0;

  std::vector<PlacedBatch> batches;    // all of them, in file order
  std::vector<ThreadBatches> threads;  // those of the guest, in order of their first batch
  std::vector<EventView> modules;      // Module events of M 0: those that were there before
  std::vector<EventView> objects;      // its ObjectName events
  Clock clock;                         // the first snapshot of this generation
  bool has_clock = false;

  // True if every batch that was written is here.
  bool whole() const { return !cut && !damaged; }

  // Forgets everything but allocated memory.
  void reset();

  // Splits `data` into batches and reads the tables.  What breaks a rule of the format is added to
  // `problems` and marked in `cut` and `damaged`; the rest stays usable.
  void parse(const std::string& file, bool frame_complete, Problems& problems);

  // The text of a String; empty for 0 and for ids that are not in the table.
  std::string_view string(uint64_t id) const;

  // A Stack; without frames for 0 and for ids that are not in the table.
  Stack stack(uint64_t id) const;

  // What is known of an M, or nullptr.
  const ThreadName* thread(uint64_t m) const { return names_.find(m); }

  // All Ms that the tables name: visit(m, name).
  template <typename Visit>
  void each_thread(Visit visit) const {
    names_.each(visit);
  }

  // The memory of all Ms of which it is known: visit(m, memory).
  template <typename Visit>
  void each_thread_memory(Visit visit) const {
    memories_.each(visit);
  }

  // What the collector found behind a file descriptor; empty if it did not look or saw nothing.
  std::string_view descriptor(uint64_t fd) const {
    const std::string_view* target = descriptors_.find(fd);
    return target ? *target : std::string_view();
  }

 private:
  void add(const PlacedBatch& placed);
  std::string_view read_tables(const Batch& batch);
  std::string_view read_table_event(const EventView& event);

  IdTable<std::string_view> strings_;
  IdTable<Stack> stacks_;
  IdMap<ThreadName> names_;
  IdMap<ThreadMemory> memories_;
  IdMap<std::string_view> descriptors_;
  IdMap<uint32_t> index_;  // of an M in `threads`
};

}  // namespace thrace
