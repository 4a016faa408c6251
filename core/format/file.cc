// Encoding and decoding of a file's header and index.
#include "core/format/file.h"

#include "core/format/crc32c.h"
#include "core/format/varint.h"

namespace thrace {
namespace {

constexpr size_t kFramePrefix = 8;       // frame magic and size
constexpr size_t kIndexEntry = 8;        // compressed and decompressed size, no checksum
constexpr uint8_t kIndexDescriptor = 0;  // no checksums in the entries

void put_u32(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

bool get_text(std::string_view in, size_t& pos, std::string& text) {
  uint64_t size;
  if (!get_varint(in, pos, size) || size > in.size() - pos) return false;
  text.assign(in.substr(pos, size));
  pos += size;
  return true;
}

}  // namespace

void FileHeader::set(std::string_view key, std::string_view value) {
  for (auto& entry : entries)
    if (entry.first == key) {
      entry.second = value;
      return;
    }
  entries.emplace_back(key, value);
}

std::string_view FileHeader::get(std::string_view key, std::string_view otherwise) const {
  for (const auto& entry : entries)
    if (entry.first == key) return entry.second;
  return otherwise;
}

std::string encode_header(const FileHeader& header) {
  std::string body(kFileMagic);
  put_u32(body, header.version);
  put_varint(body, header.entries.size());
  for (const auto& [key, value] : header.entries) {
    put_text(body, key);
    put_text(body, value);
  }
  put_u32(body, crc32c(body));

  std::string frame;
  put_u32(frame, kSkippableHeader);
  put_u32(frame, static_cast<uint32_t>(body.size()));
  return frame + body;
}

HeaderError decode_header(std::string_view data, FileHeader& header, size_t& size) {
  std::string start;
  put_u32(start, kSkippableHeader);
  if (data.substr(0, 4) != std::string_view(start).substr(0, data.size()))
    return HeaderError::NotATrace;
  const size_t fixed = kFramePrefix + kFileMagic.size() + 4;
  if (data.size() > kFramePrefix) {
    const auto magic = data.substr(kFramePrefix, kFileMagic.size());
    if (magic != kFileMagic.substr(0, magic.size())) return HeaderError::NotATrace;
  }
  if (data.size() < fixed) return HeaderError::Short;

  const uint32_t body_size = get_u32(data, 4);
  header.version = get_u32(data, kFramePrefix + kFileMagic.size());
  if (header.version > kFormatVersion) return HeaderError::NewerVersion;
  if (body_size > kMaxHeader || body_size < kFileMagic.size() + 9) return HeaderError::Damaged;
  if (data.size() < kFramePrefix + body_size) return HeaderError::Short;

  const std::string_view body = data.substr(kFramePrefix, body_size);
  const std::string_view checked = body.substr(0, body.size() - 4);
  if (crc32c(checked) != get_u32(body, checked.size())) return HeaderError::Damaged;

  size_t pos = kFileMagic.size() + 4;
  uint64_t count;
  if (!get_varint(checked, pos, count)) return HeaderError::Damaged;
  header.entries.clear();
  for (uint64_t i = 0; i < count; i++) {
    std::string key, value;
    if (!get_text(checked, pos, key) || !get_text(checked, pos, value)) return HeaderError::Damaged;
    header.entries.emplace_back(std::move(key), std::move(value));
  }
  if (pos != checked.size()) return HeaderError::Damaged;
  size = kFramePrefix + body_size;
  return HeaderError::None;
}

std::string encode_attachment(const AttachmentHeader& header, std::string_view compressed) {
  std::string body(kAttachmentMagic);
  put_text(body, std::string_view(header.build).substr(0, kMaxString));
  put_text(body, std::string_view(header.path).substr(0, kMaxString));
  put_varint(body, header.size);
  body.append(compressed);
  put_u32(body, crc32c(body));

  std::string frame;
  put_u32(frame, kSkippableAttachment);
  put_u32(frame, static_cast<uint32_t>(body.size()));
  return frame + body;
}

bool decode_attachment(std::string_view data, AttachmentHeader& header) {
  if (data.size() < kFramePrefix || get_u32(data, 0) != kSkippableAttachment) return false;
  if (data.substr(kFramePrefix, kAttachmentMagic.size()) != kAttachmentMagic) return false;
  size_t pos = kFramePrefix + kAttachmentMagic.size();
  if (!get_text(data, pos, header.build) || !get_text(data, pos, header.path) ||
      !get_varint(data, pos, header.size))
    return false;
  header.header_size = pos;
  header.frame_size = kFramePrefix + uint64_t{get_u32(data, 4)};
  if (header.size > kMaxImage || pos + kAttachmentTail > header.frame_size) return false;
  // What cannot be made smaller grows by less than that.
  const uint64_t most = header.size + header.size / 128 + 1024;
  return header.frame_size - pos - kAttachmentTail <= most;
}

bool attachment_is_sound(std::string_view frame) {
  if (frame.size() < kFramePrefix + kAttachmentTail) return false;
  const std::string_view checked =
      frame.substr(kFramePrefix, frame.size() - kFramePrefix - kAttachmentTail);
  return crc32c(checked) == get_u32(frame, frame.size() - kAttachmentTail);
}

std::string encode_index(const std::vector<FrameSize>& frames) {
  std::string frame;
  put_u32(frame, kSkippableIndex);
  put_u32(frame, static_cast<uint32_t>(frames.size() * kIndexEntry + kIndexFooter));
  for (const FrameSize& entry : frames) {
    put_u32(frame, entry.compressed);
    put_u32(frame, entry.decompressed);
  }
  put_u32(frame, static_cast<uint32_t>(frames.size()));
  frame.push_back(static_cast<char>(kIndexDescriptor));
  put_u32(frame, kSeekTableMagic);
  return frame;
}

uint64_t index_size(std::string_view footer) {
  if (footer.size() != kIndexFooter || get_u32(footer, 5) != kSeekTableMagic) return 0;
  if (static_cast<uint8_t>(footer[4]) != kIndexDescriptor) return 0;
  return kFramePrefix + uint64_t{get_u32(footer, 0)} * kIndexEntry + kIndexFooter;
}

bool decode_index(std::string_view data, std::vector<FrameSize>& frames) {
  if (data.size() < kFramePrefix + kIndexFooter) return false;
  const size_t footer = data.size() - kIndexFooter;
  const uint64_t size = index_size(data.substr(footer));
  if (size == 0 || size > data.size()) return false;
  const uint64_t body = size - kFramePrefix;
  const size_t start = data.size() - size;
  if (get_u32(data, start) != kSkippableIndex || get_u32(data, start + 4) != body) return false;
  frames.clear();
  for (size_t pos = start + kFramePrefix; pos < footer; pos += kIndexEntry)
    frames.push_back({get_u32(data, pos), get_u32(data, pos + 4)});
  return true;
}

}  // namespace thrace
