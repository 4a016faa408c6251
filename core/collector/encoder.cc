// Encoding of records, states and tables.
#include "core/collector/encoder.h"

#include <algorithm>

#include "core/format/frames.h"

namespace thrace::collector {
namespace {

std::string_view bytes_of(std::span<const uint64_t> words) {
  return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

// The next of the texts that end a record.
std::string_view take_text(std::string_view& rest) {
  const std::string_view text = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(rest.size(), text.size() + 1));
  return text;
}

// An ObjectName record, which its image's list takes in.
void take_object_name(GenerationText& text, const uint64_t* record, uint64_t header) {
  const size_t fixed = record_shapes()[static_cast<uint8_t>(Event::ObjectName)].words;
  std::string_view name = bytes_of({record + fixed, RecordHeader::words(header) - fixed});
  text.objects.add(record[2], RecordHeader::arg(header), take_text(name), text.gen, record[1]);
}

// A Module record, which its image's list takes in.
Module take_module(GenerationText& text, const uint64_t* record, uint64_t header) {
  const size_t fixed = record_shapes()[static_cast<uint8_t>(Event::Module)].words;
  std::string_view texts = bytes_of({record + fixed, RecordHeader::words(header) - fixed});
  Module module;
  module.id = RecordHeader::arg(header);
  module.bias = record[2];
  module.start = record[3];
  module.end = record[4];
  module.build = take_text(texts);
  module.path = take_text(texts);
  module.loaded = record[1];
  module.loaded_gen = text.gen;
  text.modules.add(module);
  return module;
}

}  // namespace

void Encoder::table(GenerationText& text, Event type, std::span<const uint64_t> args,
                    std::string_view bytes) {
  if (!in_tables_) tables_.begin(text.gen, kCollectorM, text.last_table);
  in_tables_ = true;
  tables_.event(type, text.last_table, args, bytes);
  if (tables_.full()) {
    tables_.end();
    in_tables_ = false;
  }
}

uint32_t Encoder::string_id(GenerationText& text, std::string_view string) {
  bool fresh;
  const uint32_t id = text.strings.intern(string.substr(0, kMaxString), fresh);
  if (fresh) {
    const uint64_t args[] = {id, 0};
    text.last_table++;
    table(text, Event::String, args, string.substr(0, kMaxString));
  }
  return id;
}

uint32_t Encoder::stack_id(GenerationText& text, StackEnd end, std::span<const uint64_t> frames) {
  bool fresh;
  const uint32_t id = text.stacks.intern(end, frames, fresh);
  if (fresh) {
    frames_.clear();
    encode_frames(frames_, frames);
    const uint64_t args[] = {id, static_cast<uint64_t>(end), 0};
    text.last_table++;
    table(text, Event::Stack, args, frames_);
  }
  return id;
}

// A G that still waits carries the stack that it blocked with into each generation (T5), and across
// signal handlers.
uint32_t Encoder::wait_stack(GenerationText& text, MState& m, Status status, uint64_t object) {
  if (status != Status::Waiting) return 0;
  m.wait_stacks.resume(object);
  const WaitStack& stack = m.wait_stacks.now();
  return stack.frames.empty() ? 0 : stack_id(text, stack.end, stack.frames);
}

void Encoder::name_thread(GenerationText& text, MState& m) {
  m.table_gen = text.gen;
  read_name_(m);
  const uint64_t args[] = {m.m, static_cast<uint32_t>(m.tid), string_id(text, m.name)};
  text.last_table++;
  table(text, Event::Thread, args);
  if (!m.self) return;
  const bool known = m.stack_low < m.stack_high;
  const uint64_t own[] = {m.m, known ? m.stack_low : 0, known ? m.stack_high : 0, m.self};
  text.last_table++;
  table(text, Event::ThreadStack, own);
}

void Encoder::event(GenerationText& text, MState& m, Event type, uint64_t time,
                    std::span<const uint64_t> args, uint32_t stack) {
  if (time <= m.last_time) time = m.last_time + 1;
  m.last_time = time;
  m.known_gen = text.gen;
  if (!in_events_) {
    if (m.table_gen != text.gen) name_thread(text, m);
    events_.begin(text.gen, m.m, time);
    in_events_ = true;
  }
  events_.event(type, time, args, {}, stack);
  events_count_++;
  if (events_.full()) {
    events_.end();
    in_events_ = false;
  }
}

// Hands the batches begun to the text.
void Encoder::emit(GenerationText& text) {
  if (in_tables_) tables_.end();
  if (in_events_) events_.end();
  in_tables_ = in_events_ = false;
  text.bytes += tables_text_.size() + events_text_.size();
  text.out += tables_text_;
  text.out += events_text_;
  tables_text_.clear();
  events_text_.clear();
}

// Which G is on the M, as the file tells it.
void Encoder::follow(MState& m, Event type, uint32_t arg) {
  switch (type) {
    case Event::GoStart:
    case Event::GoCreateSyscall:
    case Event::GoStatus:
      m.g = arg;
      break;
    case Event::GoDestroy:
    case Event::GoDestroySyscall:
      m.g = 0;
      break;
    default:
      break;
  }
}

// The M's next event need not follow from the one before: said so, unless the event says it itself.
void Encoder::gap(GenerationText& text, MState& m, Event next, uint64_t time) {
  m.gap = false;
  const uint64_t nothing[] = {0, time, time};
  if (next != Event::Lost) event(text, m, Event::Lost, time, nothing);
}

// The id of a record's stack: its words behind the arguments (E4).
uint32_t Encoder::record_stack(GenerationText& text, MState& m, Event type, uint64_t object,
                               std::span<const uint64_t> words) {
  const auto end = static_cast<StackEnd>(words[0] >> 32);
  const std::span<const uint64_t> frames = words.subspan(1);
  if (type == Event::GoBlock) m.wait_stacks.block({object, end, {frames.begin(), frames.end()}});
  return stack_id(text, end, frames);
}

// The texts of a record, one after the other: its last arguments (E3).
void Encoder::record_texts(GenerationText& text, MState& m, const EventSpec& spec,
                           std::span<const uint64_t> words, std::span<uint64_t> args,
                           size_t texts) {
  std::string_view rest = bytes_of(words);
  for (uint64_t& id : args.last(texts)) {
    const std::string_view string = take_text(rest);
    id = string_id(text, string);
    if (spec.number == Event::GoLabel && args[0] == m.g) m.name = string;
  }
}

// The arguments of a Module.
void Encoder::module_args(GenerationText& text, const Module& module, std::span<uint64_t> args) {
  const uint64_t all[] = {module.id,  module.bias,
                          module.start, module.end,
                          module.inode, string_id(text, module.build),
                          string_id(text, module.path)};
  std::copy(std::begin(all), std::end(all), args.begin());
}

void Encoder::standing(GenerationText& text) {
  text.modules.list(text.gen, [&](const Module& module) {
    uint64_t args[kMaxArgs];
    module_args(text, module, args);
    text.last_table++;
    table(text, Event::Module, args);
  });
  text.objects.list(text.gen, [&](uint64_t object, uint64_t size, std::string_view name) {
    const uint64_t args[] = {size, object, string_id(text, name)};
    text.last_table++;
    table(text, Event::ObjectName, args);
  });
  emit(text);
}

[[gnu::cold]] void Encoder::descriptor(GenerationText& text, uint64_t fd) {
  const std::string target = text.descriptors->target(fd);
  if (target.empty()) return;
  const uint64_t args[] = {fd, string_id(text, target)};
  text.last_table++;
  table(text, Event::Descriptor, args);
}

inline void Encoder::record(GenerationText& text, MState& m, const uint64_t* record,
                            uint64_t header, const EventSpec& spec) {
  uint64_t args[kMaxArgs];
  const uint32_t arg = RecordHeader::arg(header);
  const RecordShape& shape = record_shapes()[static_cast<uint8_t>(spec.number)];
  const size_t fixed = spec.nargs - shape.texts;
  args[0] = arg;
  for (size_t i = 1; i < fixed; i++) args[i] = record[1 + i];
  const std::span<const uint64_t> rest(record + shape.words,
                                       RecordHeader::words(header) - shape.words);
  if (spec.number == Event::Module) [[unlikely]]
    module_args(text, take_module(text, record, header), args);
  else if (shape.texts) [[unlikely]]
    record_texts(text, m, spec, rest, {args, spec.nargs}, shape.texts);
  if (spec.number == Event::ObjectName) [[unlikely]]
    take_object_name(text, record, header);
  if (spec.number == Event::GoSyscallBegin) call(text, arg, args[1]);
  if (spec.number == Event::ModuleGone) [[unlikely]]
    text.modules.remove(arg, text.gen, record[1]);
  uint32_t stack = 0;
  if (RecordHeader::event(header) & kStackBit)
    stack = record_stack(text, m, spec.number, args[1], rest);
  else if (spec.number == Event::GoStatus)
    stack = wait_stack(text, m, static_cast<Status>(args[1]), args[3]);
  else if (spec.number == Event::GoBlock)  // taken up again after a signal handler
    stack = wait_stack(text, m, Status::Waiting, args[1]);
  else if (spec.number == Event::GoUnblock && static_cast<Outcome>(arg) == Outcome::Interrupted)
    m.wait_stacks.interrupt();
  else if (spec.number == Event::GoUnblock)
    m.wait_stacks.unblock();
  if (m.gap) [[unlikely]]
    gap(text, m, spec.number, record[1]);
  follow(m, spec.number, arg);
  event(text, m, spec.number, record[1], {args, spec.nargs}, stack);
}

void Encoder::preview(GenerationText& text, const uint64_t* record, uint64_t header,
                      const EventSpec& spec) {
  switch (spec.number) {
    case Event::GoSyscallBegin:
      call(text, RecordHeader::arg(header), record[2]);
      if (in_tables_) emit(text);
      break;
    case Event::Module:
      take_module(text, record, header);
      break;
    case Event::ModuleGone:
      text.modules.remove(RecordHeader::arg(header), text.gen, record[1]);
      break;
    case Event::ObjectName:
      take_object_name(text, record, header);
      break;
    default:
      break;
  }
}

Walk Encoder::chunk(GenerationText& text, MState& m, const uint64_t* words, uint32_t count,
                    std::vector<bool>* encoded) {
  if (m.owed.count) lost(text, m);
  const auto visit = [&](uint32_t offset, uint64_t header, const EventSpec& spec) {
    if (encoded) {
      if ((*encoded)[offset]) return;
      (*encoded)[offset] = true;
    }
    record(text, m, words + offset, header, spec);
  };
  const Walk walk = walk_records(words, count, text.gen, visit, [&] { m.gap = true; });
  text.last_event = std::max(text.last_event, m.last_time);
  emit(text);
  return walk;
}

void Encoder::lost(GenerationText& text, MState& m) {
  const uint64_t args[] = {m.owed.count, m.owed.from, m.owed.to};
  const uint32_t known = m.known_gen;  // a Lost tells no status
  event(text, m, Event::Lost, std::max(m.owed.to, text.start), args);
  m.known_gen = known;
  m.gap = false;
  m.owed = {};
  emit(text);
}

void Encoder::status(GenerationText& text, MState& m, const Note& note, uint64_t time) {
  const bool blocked = note.status == Status::Waiting || note.status == Status::Syscall;
  const uint64_t since = blocked ? note.since : time;
  const uint64_t args[] = {note.g,
                           static_cast<uint64_t>(note.status),
                           blocked ? note.detail : 0,
                           blocked ? note.object : 0,
                           blocked ? note.holder : 0,
                           since};
  if (m.gap) gap(text, m, Event::GoStatus, time);
  if (note.status != Status::Runnable) m.g = note.g;
  event(text, m, Event::GoStatus, time, args, wait_stack(text, m, note.status, note.object));
  emit(text);
}

void Encoder::gone(GenerationText& text, MState& m, uint64_t time) {
  const uint64_t args[] = {m.g};
  m.g = 0;
  event(text, m, Event::GoDestroySyscall, time, args);
  text.last_event = std::max(text.last_event, m.last_time);
  emit(text);
}

void Encoder::clock(GenerationText& text, uint64_t frequency, const ClockReading& reading) {
  const uint64_t args[] = {frequency, reading.mono, reading.wall};
  table(text, Event::ClockSnapshot, args);
  emit(text);
}

void Encoder::unseen(GenerationText& text, uint32_t threads, uint32_t processes) {
  if (!threads && !processes) return;
  const uint64_t args[] = {threads, processes};
  text.last_table++;
  table(text, Event::Unseen, args);
}

void Encoder::end(GenerationText& text, EndReason reason, uint64_t time) {
  const uint64_t args[] = {static_cast<uint64_t>(reason)};
  text.last_table = std::max({text.last_table + 1, time, text.last_event + 1});
  table(text, Event::EndOfGeneration, args);
  emit(text);
}

}  // namespace thrace::collector
