// Records and states become batches of a generation's text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/collector/clock.h"
#include "core/collector/generation_text.h"
#include "core/collector/m_state.h"
#include "core/collector/records.h"
#include "core/format/batch.h"
#include "core/format/descriptor_calls.h"

namespace thrace::collector {

// Every function appends whole batches to text.out: the tables that the events need, then the
// events (T6).  Times of an M strictly increase, whatever they were in the arena (T10).
class Encoder {
 public:
  // Refreshes MState::name; called when the tables of a generation name an M.
  using ReadName = std::function<void(MState&)>;

  explicit Encoder(ReadName read_name) : read_name_(std::move(read_name)) {}

  // The first batch of a generation.
  void clock(GenerationText& text, uint64_t frequency, const ClockReading& reading);

  // The records of a chunk.  What the M still owes (losses) comes before them.  With `encoded`,
  // records at offsets that are set there are left out and those written are set.
  Walk chunk(GenerationText& text, MState& m, const uint64_t* words, uint32_t count,
             std::vector<bool>* encoded = nullptr);

  // Events on behalf of an M that cannot write them.
  void lost(GenerationText& text, MState& m);  // m.owed, which is empty then
  void status(GenerationText& text, MState& m, const Note& note, uint64_t time);
  void gone(GenerationText& text, MState& m, uint64_t time);  // GoDestroySyscall of m.g

  // The tables of the modules and the names of objects that were there when the generation began, as
  // far as they are not written yet.
  void standing(GenerationText& text);

  // Ahead of its record: what a system call means for the tables, a module that came or went, and the
  // name of an object.
  void preview(GenerationText& text, const uint64_t* record, uint64_t header,
               const EventSpec& spec);

  // What the session could not record, if there is any.
  void unseen(GenerationText& text, uint32_t threads, uint32_t processes);

  // The last batch.
  void end(GenerationText& text, EndReason reason, uint64_t time);

  uint64_t events() const { return events_count_; }

 private:
  void table(GenerationText& text, Event type, std::span<const uint64_t> args,
             std::string_view bytes = {});
  // The descriptor that a call names is looked at, once in a generation.
  void call(GenerationText& text, uint32_t number, uint64_t arg) {
    if (text.descriptors && takes_descriptor(number) && text.looked_at.add(arg)) [[unlikely]]
      descriptor(text, arg);
  }
  void descriptor(GenerationText& text, uint64_t fd);
  uint32_t string_id(GenerationText& text, std::string_view string);
  void name_thread(GenerationText& text, MState& m);
  void event(GenerationText& text, MState& m, Event type, uint64_t time,
             std::span<const uint64_t> args, uint32_t stack = 0);
  uint32_t stack_id(GenerationText& text, StackEnd end, std::span<const uint64_t> frames);
  uint32_t wait_stack(GenerationText& text, MState& m, Status status, uint64_t object);
  uint32_t record_stack(GenerationText& text, MState& m, Event type, uint64_t object,
                        std::span<const uint64_t> words);
  void module_args(GenerationText& text, const Module& module, std::span<uint64_t> args);
  void record_texts(GenerationText& text, MState& m, const EventSpec& spec,
                    std::span<const uint64_t> words, std::span<uint64_t> args, size_t texts);
  void record(GenerationText& text, MState& m, const uint64_t* record, uint64_t header,
              const EventSpec& spec);
  void gap(GenerationText& text, MState& m, Event next, uint64_t time);
  void follow(MState& m, Event type, uint32_t arg);
  void emit(GenerationText& text);

  ReadName read_name_;
  std::string tables_text_, events_text_, frames_;
  BatchWriter tables_{tables_text_};
  BatchWriter events_{events_text_};
  bool in_tables_ = false, in_events_ = false;
  uint64_t events_count_ = 0;
};

}  // namespace thrace::collector
