// Encoding of the Go format.
#include "decoder/export/go_writer.h"

#include <algorithm>

#include "core/format/varint.h"

namespace thrace {
namespace {

constexpr size_t kMaxGoBatch = 60'000;  // the format allows 65536
constexpr size_t kMaxGoString = 1024;   // the format's limit
constexpr uint64_t kNoThread = ~0ull;
constexpr uint64_t kFrequency = 1'000'000'000;
constexpr uint64_t kFirstCounter = 1 << 20;  // program counters are made up
constexpr uint8_t kEventBatch = 1, kStacks = 2, kStack = 3, kStrings = 4, kString = 5, kRate = 8;

}  // namespace

uint64_t GoTables::string(const std::string& text) {
  if (text.empty()) return 0;
  return strings_.try_emplace(text.substr(0, kMaxGoString), strings_.size() + 1).first->second;
}

uint64_t GoTables::frame(const std::string& name) {
  if (name.empty()) return 0;
  string(name);
  return frames_.try_emplace(name, kFirstCounter + frames_.size()).first->second;
}

uint64_t GoTables::stack(const std::string& inner, const std::string& outer) {
  const std::pair key{frame(inner), frame(outer)};
  return stacks_.try_emplace(key, stacks_.size() + 1).first->second;
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
  std::map<uint64_t, uint64_t> names;  // string ids, by counter
  for (const auto& [name, counter] : tables.frames_)
    names[counter] = tables.strings_.at(name.substr(0, kMaxGoString));
  for (const auto& [counters, id] : tables.stacks_) {
    room(time, kStacks, 16 * kMaxVarint);
    body_.push_back(static_cast<char>(kStack));
    put_varint(body_, id);
    put_varint(body_, counters.second != 0 ? 2 : 1);
    for (const uint64_t counter : {counters.first, counters.second}) {
      if (counter == 0) continue;
      for (const uint64_t value : {counter, names[counter], uint64_t{0}, uint64_t{0}})
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
