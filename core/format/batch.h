// Batches: the events of one M in one generation, encoded.  Writing and reading stand side by side.
//
//   batch  := kBatch varint(gen) varint(m) varint(time) varint(length) event* crc32c
//   event  := type varint(dt) argument* stack?
//
// The checksum (4 bytes, little endian) covers all of the batch before it.  dt is in ticks and
// relative to the event before (the first: to the batch's time).  Arguments are encoded by their
// type, see ArgType.  If bit 7 of the type is set, the varint id of a Stack ends the event (E4).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/format/event.h"
#include "core/format/file.h"

namespace thrace {

inline constexpr uint8_t kBatch = 0x01;

// --- Writing -----------------------------------------------------------------------------------

// Encodes batches one after the other into a string.  Not thread-safe.
class BatchWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit BatchWriter(std::string& out) : out_(out) {}

  void begin(uint64_t gen, uint64_t m, uint64_t time);

  // Adds an event.  `time` is absolute, in ticks, and not before the previous event's; `args` are
  // the arguments in the order of the table, Time arguments absolute; a Bytes or Frames argument is
  // `bytes`.  `stack`: the id of the event's Stack, 0: none.
  void event(Event type, uint64_t time, std::span<const uint64_t> args,
             std::string_view bytes = {}, uint64_t stack = 0);

  // True if the batch is so full that a new one must be begun before the next event.
  bool full() const { return size_ > kMaxBatch - kMaxString - 128; }

  bool empty() const { return size_ == 0; }

  // Closes the batch and appends it, if it has events.
  void end();

 private:
  std::string& out_;
  std::string body_;  // room for the events; the first size_ bytes are in use
  size_t size_ = 0;
  uint64_t gen_ = 0;
  uint64_t m_ = 0;
  uint64_t start_ = 0;
  uint64_t time_ = 0;
  uint64_t address_ = 0;
};

// --- Reading -----------------------------------------------------------------------------------

struct Batch {
  uint64_t gen = 0;
  uint64_t m = 0;
  uint64_t time = 0;
  std::string_view events;  // encoded
};

enum class BatchError : uint8_t { None, End, Cut, Damaged, BadChecksum };

// Reads the batch at `pos` of `data` and moves `pos` behind it.  End: `pos` is at the end.  Cut: the
// text ends within the batch.  BadChecksum moves `pos` behind the batch, so that reading can go on.
BatchError read_batch(std::string_view data, size_t& pos, Batch& batch);

// One decoded event.  Addresses and Time arguments are absolute.  `bytes` points into the batch.
struct EventView {
  const EventSpec* spec = nullptr;
  Event type = Event::None;
  uint64_t time = 0;
  uint64_t args[kMaxArgs] = {};
  uint64_t stack = 0;  // id of a Stack of the generation; 0: none
  std::string_view bytes;
};

// Walks the events of a batch.
class BatchCursor {
 public:
  enum class Step : uint8_t { Event, End, UnknownEvent, Malformed };

  BatchCursor() = default;
  explicit BatchCursor(const Batch& batch) : events_(batch.events), time_(batch.time) {}

  // Decodes the next event.  After UnknownEvent or Malformed the cursor stays where it is.
  Step next(EventView& event);

  // Where in Batch::events the next event starts.
  size_t offset() const { return pos_; }

 private:
  std::string_view events_;
  size_t pos_ = 0;
  uint64_t time_ = 0;
  uint64_t address_ = 0;
};

}  // namespace thrace
