// Parsing the text twin and encoding it.
#include "decoder/text/assemble.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "core/format/batch.h"
#include "core/format/file.h"
#include "core/format/frames.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

struct Line {
  std::string_view word;
  std::vector<std::pair<std::string, std::string>> args;
  std::vector<bool> used;
};

class Assembler {
 public:
  bool line(std::string_view text);
  bool finish();
  std::string& file() { return file_; }
  const std::string& error() const { return error_; }

 private:
  bool fail(std::string text) {
    error_ = std::move(text);
    return false;
  }
  bool split(std::string_view text, Line& line);
  bool token(std::string_view& text, std::string& out);
  bool number(Line& line, std::string_view name, uint64_t& value, bool required = true);
  bool parse(const ArgSpec& spec, const std::string& text, uint64_t& value);
  bool event(Line& line, const EventSpec& spec);
  bool generation(Line& line);
  bool batch(Line& line);
  bool index();
  void flush_header();
  void flush_generation();

  FileHeader header_;
  bool header_done_ = false;
  std::string file_;
  std::string frame_;  // batches of the open generation
  std::string error_;
  std::vector<FrameSize> frames_;
  std::optional<BatchWriter> writer_;
  uint64_t gen_ = 0;
  uint64_t m_ = 0;
  uint64_t time_ = 0;
  bool in_generation_ = false;
  bool in_batch_ = false;
};

template <typename Number>
bool to_number(std::string_view text, Number& value) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Reads a word, or a quoted text, from the front.
bool Assembler::token(std::string_view& text, std::string& out) {
  const bool quoted = text.starts_with('"');
  size_t end = quoted ? 1 : 0;
  if (quoted) {
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return fail("a quote is not closed");
    if (!unescape(text.substr(1, end - 1), out)) return fail("an escape is not known");
    text.remove_prefix(end + 1);
    return true;
  }
  while (end < text.size() && !is_space(text[end]) && text[end] != '=') end++;
  out = text.substr(0, end);
  text.remove_prefix(end);
  return true;
}

bool Assembler::split(std::string_view text, Line& line) {
  size_t end = 0;
  while (end < text.size() && !is_space(text[end])) end++;
  line.word = text.substr(0, end);
  text.remove_prefix(end);
  while (true) {
    while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
    if (text.empty() || text[0] == '#') return true;
    std::string name, value;
    if (!token(text, name)) return false;
    if (!text.starts_with('=')) return fail(fmt::format("'{}' has no value", name));
    text.remove_prefix(1);
    if (!token(text, value)) return false;
    line.args.emplace_back(std::move(name), std::move(value));
    line.used.push_back(false);
  }
}

bool Assembler::number(Line& line, std::string_view name, uint64_t& value, bool required) {
  for (size_t i = 0; i < line.args.size(); i++)
    if (line.args[i].first == name) {
      line.used[i] = true;
      if (to_number(line.args[i].second, value)) return true;
      return fail(fmt::format("{} must be a number", name));
    }
  return required ? fail(fmt::format("{} needs {}", line.word, name)) : true;
}

bool Assembler::parse(const ArgSpec& spec, const std::string& text, uint64_t& value) {
  if (is_enum(spec.type)) {
    if (const int64_t known = enum_value(spec.type, text); known >= 0) {
      value = static_cast<uint64_t>(known);
      return true;
    }
  }
  if (spec.type == ArgType::Int || spec.type == ArgType::Time) {
    int64_t number;
    if (!to_number(std::string_view(text).substr(text.starts_with('+') ? 1 : 0), number))
      return fail(fmt::format("{}={} is not a number", spec.name, text));
    value = static_cast<uint64_t>(number) + (spec.type == ArgType::Time ? time_ : 0);
    return true;
  }
  return to_number(text, value) || fail(fmt::format("{}={} is not known", spec.name, text));
}

// Frames are "0x1,0x2"; any bytes when quoted text is no such list.
bool to_frames(std::string_view text, std::string& bytes) {
  std::vector<uint64_t> frames;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    if (!to_number(text.substr(0, end), frames.emplace_back())) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  encode_frames(bytes, frames);
  return true;
}

bool Assembler::event(Line& line, const EventSpec& spec) {
  if (!in_batch_) return fail("an event stands outside of a batch");
  uint64_t dt = m_ == kCollectorM ? 0 : 1;
  if (!number(line, "dt", dt, false)) return false;
  time_ += dt;
  uint64_t values[kMaxArgs] = {}, stack = 0;
  if (!number(line, "stack", stack, false)) return false;
  std::string_view bytes;
  std::string frames;
  for (size_t i = 0; i < spec.nargs; i++) {
    if (spec.args[i].type == ArgType::Time) values[i] = time_;
    for (size_t k = 0; k < line.args.size(); k++) {
      if (line.args[k].first != spec.args[i].name) continue;
      line.used[k] = true;
      if (spec.args[i].type == ArgType::Bytes)
        bytes = line.args[k].second;
      else if (spec.args[i].type == ArgType::Frames)
        bytes = to_frames(line.args[k].second, frames) ? frames : line.args[k].second;
      else if (!parse(spec.args[i], line.args[k].second, values[i]))
        return false;
    }
  }
  if (bytes.size() > kMaxString) return fail(fmt::format("a text is longer than {}", kMaxString));
  if (writer_->full()) return fail("the batch is too long");
  writer_->event(spec.number, time_, {values, spec.nargs}, bytes, stack);
  return true;
}

void Assembler::flush_header() {
  if (header_done_) return;
  header_done_ = true;
  file_ = encode_header(header_);
  frames_.push_back({static_cast<uint32_t>(file_.size()), 0});
}

void Assembler::flush_generation() {
  if (!in_generation_) return;
  writer_->end();
  std::string packed(ZSTD_compressBound(frame_.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), frame_.data(), frame_.size(), 3));
  frames_.push_back({static_cast<uint32_t>(packed.size()), static_cast<uint32_t>(frame_.size())});
  file_ += packed;
  in_generation_ = in_batch_ = false;
}

bool Assembler::generation(Line& line) {
  if (!number(line, "gen", gen_)) return false;
  flush_header();
  flush_generation();
  frame_.clear();
  writer_.emplace(frame_);
  in_generation_ = true;
  return true;
}

bool Assembler::batch(Line& line) {
  if (!in_generation_) return fail("a batch stands outside of a generation");
  if (!number(line, "m", m_) || !number(line, "time", time_)) return false;
  writer_->end();
  writer_->begin(gen_, m_, time_);
  in_batch_ = true;
  if (frame_.size() > kMaxGeneration) return fail("the generation is too long");
  return true;
}

bool Assembler::index() {
  flush_header();
  flush_generation();
  file_ += encode_index(frames_);
  return true;
}

bool Assembler::line(std::string_view text) {
  while (!text.empty() && is_space(text[0])) text.remove_prefix(1);
  if (text.empty() || text[0] == '#') return true;
  Line line;
  if (!split(text, line)) return false;
  if (line.word == "Header") {
    if (header_done_) return fail("a Header follows a Generation");
    for (auto& [key, value] : line.args) header_.entries.emplace_back(key, value);
    return true;
  }
  bool done;
  if (line.word == "Trace") {
    uint64_t version = kFormatVersion;
    done = number(line, "version", version, false);
    header_.version = static_cast<uint32_t>(version);
  } else if (line.word == "Generation") {
    done = generation(line);
  } else if (line.word == "Batch") {
    done = batch(line);
  } else if (line.word == "Index") {
    done = index();
  } else if (const EventSpec* spec = find_event(line.word)) {
    done = event(line, *spec);
  } else {
    return fail(fmt::format("'{}' is neither an event nor a part of a trace", line.word));
  }
  for (size_t i = 0; done && i < line.used.size(); i++)
    if (!line.used[i]) return fail(fmt::format("{} has no {}", line.word, line.args[i].first));
  return done;
}

bool Assembler::finish() {
  flush_header();
  flush_generation();
  return true;
}

}  // namespace

std::string assemble(std::string_view text, std::string& error) {
  Assembler assembler;
  size_t count = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    count++;
    if (!assembler.line(text.substr(0, end))) {
      error = fmt::format("line {}: {}", count, assembler.error());
      return {};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  assembler.finish();
  return std::move(assembler.file());
}

}  // namespace thrace
