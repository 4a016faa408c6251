// Encoding and decoding of batches and of the events in them.
#include "core/format/batch.h"

#include <algorithm>

#include "core/format/crc32c.h"
#include "core/format/varint.h"

namespace thrace {

void BatchWriter::begin(uint64_t gen, uint64_t m, uint64_t time) {
  gen_ = gen;
  m_ = m;
  start_ = time_ = time;
  address_ = 0;
  size_ = 0;
}

// The inner loop of the collector: writes into room that is there, without a check for each byte.
void BatchWriter::event(Event type, uint64_t time, std::span<const uint64_t> args,
                        std::string_view bytes, uint64_t stack) {
  const size_t most = 1 + (2 + kMaxArgs) * kMaxVarint + bytes.size();
  if (body_.size() - size_ < most) body_.resize(2 * body_.size() + most);
  char* const start = body_.data() + size_;
  char* at = start;
  const EventSpec& spec = *find_event(static_cast<uint8_t>(type));
  *at++ = static_cast<char>(static_cast<uint8_t>(type) | (stack ? kStackBit : 0));
  at = put_varint(at, time - time_);
  time_ = time;
  for (size_t i = 0; i < spec.nargs; i++) {
    switch (spec.args[i].type) {
      case ArgType::Int: at = put_varint(at, zigzag(static_cast<int64_t>(args[i]))); break;
      case ArgType::Time: at = put_varint(at, zigzag(static_cast<int64_t>(args[i] - time))); break;
      case ArgType::Address:
        at = put_varint(at, zigzag(static_cast<int64_t>(args[i] - address_)));
        address_ = args[i];
        break;
      case ArgType::Bytes:
      case ArgType::Frames:
        at = put_varint(at, bytes.size());
        at = std::copy(bytes.begin(), bytes.end(), at);
        break;
      default: at = put_varint(at, args[i]);
    }
  }
  if (stack) at = put_varint(at, stack);
  size_ += static_cast<size_t>(at - start);
}

void BatchWriter::end() {
  if (empty()) return;
  const size_t start = out_.size();
  out_.push_back(static_cast<char>(kBatch));
  put_varint(out_, gen_);
  put_varint(out_, m_);
  put_varint(out_, start_);
  put_varint(out_, size_);
  out_.append(body_, 0, size_);
  const uint32_t crc = crc32c(std::string_view(out_).substr(start));
  for (int shift = 0; shift < 32; shift += 8) out_.push_back(static_cast<char>(crc >> shift));
  size_ = 0;
}

BatchError read_batch(std::string_view data, size_t& pos, Batch& batch) {
  if (pos == data.size()) return BatchError::End;
  if (static_cast<uint8_t>(data[pos]) != kBatch) return BatchError::Damaged;
  size_t at = pos + 1;
  uint64_t length;
  for (uint64_t* field : {&batch.gen, &batch.m, &batch.time, &length})
    if (!get_varint(data, at, *field))
      return data.size() - at < kMaxVarint ? BatchError::Cut : BatchError::Damaged;
  if (length > kMaxBatch) return BatchError::Damaged;
  if (data.size() - at < length + 4) return BatchError::Cut;
  batch.events = data.substr(at, length);
  at += length;
  uint32_t expected = 0;
  for (int i = 3; i >= 0; i--) expected = expected << 8 | static_cast<uint8_t>(data[at + i]);
  const uint32_t actual = crc32c(data.substr(pos, at - pos));
  pos = at + 4;
  return actual == expected ? BatchError::None : BatchError::BadChecksum;
}

BatchCursor::Step BatchCursor::next(EventView& event) {
  if (pos_ == events_.size()) return Step::End;
  const auto type = static_cast<uint8_t>(events_[pos_]);
  const EventSpec* spec = find_event(static_cast<uint8_t>(type & ~kStackBit));
  if (!spec) return Step::UnknownEvent;
  size_t at = pos_ + 1;
  uint64_t dt;
  if (!get_varint(events_, at, dt)) return Step::Malformed;
  const uint64_t time = time_ + dt;
  uint64_t address = address_;
  event.bytes = {};
  for (size_t i = 0; i < spec->nargs; i++) {
    uint64_t value;
    if (!get_varint(events_, at, value)) return Step::Malformed;
    switch (spec->args[i].type) {
      case ArgType::Int: value = static_cast<uint64_t>(unzigzag(value)); break;
      case ArgType::Time: value = time + static_cast<uint64_t>(unzigzag(value)); break;
      case ArgType::Address:
        value = address += static_cast<uint64_t>(unzigzag(value));
        break;
      case ArgType::Bytes:
      case ArgType::Frames:
        if (value > kMaxString || value > events_.size() - at) return Step::Malformed;
        event.bytes = events_.substr(at, value);
        at += value;
        break;
      default: break;
    }
    event.args[i] = value;
  }
  event.stack = 0;
  if (type & kStackBit && (!get_varint(events_, at, event.stack) || !event.stack))
    return Step::Malformed;
  event.spec = spec;
  event.type = spec->number;
  event.time = time_ = time;
  address_ = address;
  pos_ = at;
  return Step::Event;
}

}  // namespace thrace
