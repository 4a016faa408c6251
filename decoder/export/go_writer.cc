// Encoding of the Go format.
#include "decoder/export/go_writer.h"

#include <algorithm>

#include "core/format/varint.h"

namespace thrace {
namespace {

constexpr size_t kMaxGoBatch = 60'000;  // the format allows 65536
constexpr size_t kMaxGoString = 1024;   // the format's limit
constexpr size_t kMaxGoFrames = 128;    // the format's limit
constexpr uint64_t kNoThread = ~0ull;
constexpr uint64_t kFrequency = 1'000'000'000;
constexpr uint64_t kFirstCounter = 1 << 20;  // program counters are made up
constexpr uint8_t kEventBatch = 1, kStacks = 2, kStack = 3, kStrings = 4, kString = 5, kRate = 8;

}  // namespace

uint64_t GoTables::string(const std::string& text) {
  if (text.empty()) return 0;
  return strings_.try_emplace(text.substr(0, kMaxGoString), strings_.size() + 1).first->second;
}

uint64_t GoTables::frame(const GoFrame& frame) {
  string(frame.function);
  string(frame.file);
  return frames_.try_emplace(frame, kFirstCounter + frames_.size()).first->second;
}

uint64_t GoTables::stack(const std::vector<GoFrame>& frames) {
  std::vector<uint64_t> counters;
  for (const GoFrame& frame : frames)
    if (counters.size() < kMaxGoFrames) counters.push_back(this->frame(frame));
  return counters.empty() ? 0 : stacks_.try_emplace(counters, stacks_.size() + 1).first->second;
}

void GoTables::clear() {
  strings_.clear();
  frames_.clear();
  stacks_.clear();
}

void GoWriter::write(const std::string& bytes) {
  failed_ = std::fwrite(bytes.data(), 1, bytes.size(), out_) != bytes.size() || failed_;
}

void GoWriter::header() { write(std::string("go 1.23 trace\0\0\0", 16)); }

void GoWriter::flush() {
  if (body_.empty()) return;
  std::string head(1, static_cast<char>(kEventBatch));
  put_varint(head, generation_);
  put_varint(head, thread_);
  put_varint(head, start_);
  put_varint(head, body_.size());
  write(head);
  write(body_);
  body_.clear();
}

// Makes room for `size` bytes; a new batch starts at `time` and, for tables, with the byte `kind`.
void GoWriter::room(uint64_t time, uint8_t kind, size_t size) {
  if (body_.size() + size > kMaxGoBatch) flush();
  if (!body_.empty()) return;
  start_ = time_ = time;
  if (kind != 0) body_.push_back(static_cast<char>(kind));
}

void GoWriter::tables(uint64_t generation, uint64_t time, const GoTables& tables) {
  begin(generation, kNoThread);
  room(time, kRate, kMaxVarint);
  put_varint(body_, kFrequency);
  flush();
  for (const auto& [text, id] : tables.strings_) {
    room(time, kStrings, text.size() + 2 * kMaxVarint);
    body_.push_back(static_cast<char>(kString));
    put_varint(body_, id);
    put_varint(body_, text.size());
    body_ += text;
  }
  flush();
  struct FrameIds {
    uint64_t function, file, line;
  };
  const auto id_of = [&](const std::string& text) {
    return text.empty() ? 0 : tables.strings_.at(text.substr(0, kMaxGoString));
  };
  std::map<uint64_t, FrameIds> ids;  // by counter
  for (const auto& [frame, counter] : tables.frames_)
    ids[counter] = {id_of(frame.function), id_of(frame.file), frame.line};
  for (const auto& [counters, id] : tables.stacks_) {
    room(time, kStacks, (4 * counters.size() + 3) * kMaxVarint);
    body_.push_back(static_cast<char>(kStack));
    put_varint(body_, id);
    put_varint(body_, counters.size());
    for (const uint64_t counter : counters) {
      const FrameIds& frame = ids[counter];
      for (const uint64_t value : {counter, frame.function, frame.file, frame.line})
        put_varint(body_, value);
    }
  }
  flush();
}

void GoWriter::begin(uint64_t generation, uint64_t thread) {
  flush();
  generation_ = generation;
  thread_ = thread;
}

void GoWriter::event(uint64_t time, GoEvent event, const uint64_t* args, size_t count) {
  room(time, 0, (count + 2) * kMaxVarint);
  time = std::max(time, time_);
  body_.push_back(static_cast<char>(event));
  put_varint(body_, time - time_);
  time_ = time;
  for (size_t i = 0; i < count; i++) put_varint(body_, args[i]);
}

}  // namespace thrace
