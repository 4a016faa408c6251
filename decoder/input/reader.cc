// Walking the frames of a trace file and expanding them.
#include "decoder/input/reader.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>

namespace thrace {
namespace {

constexpr size_t kFramePrefix = 8;  // magic and size of a skippable frame
constexpr uint32_t kSkippableMask = 0xFFFFFFF0;
constexpr uint32_t kSkippable = 0x184D2A50;  // 16 magics, of which thrace uses three
constexpr size_t kFirstExpansion = 1 << 20;
constexpr int kMaxWindowLog = 27;  // 128 MiB: what zstd itself allows by default

}  // namespace

Reader::Reader(std::unique_ptr<Input> input, std::string name, Problems& problems)
    : input_(std::move(input)),
      name_(std::move(name)),
      problems_(problems),
      zstd_(ZSTD_createDCtx()) {
  ZSTD_DCtx_setParameter(zstd_, ZSTD_d_windowLogMax, kMaxWindowLog);
}

Reader::~Reader() { ZSTD_freeDCtx(zstd_); }

void Reader::report(uint64_t offset, const char* rule, std::string text, bool cut) {
  add(problems_, {name_, offset, rule, std::move(text), cut});
}

// The unread bytes: at least `wanted`, unless the file ends before.
std::string_view Reader::peek(size_t wanted) {
  while (buffer_.size() - pos_ < wanted && !at_end_) {
    buffer_.erase(0, pos_);
    base_ += pos_;
    pos_ = 0;
    const std::string_view more = input_->next();
    at_end_ = more.empty();
    buffer_.append(more);
  }
  if (at_end_ && !input_->error().empty() && !finished_) {
    finished_ = true;
    report(base_ + buffer_.size(), "", input_->error());
  }
  return std::string_view(buffer_).substr(pos_);
}

bool Reader::open() {
  std::string_view data = peek(kFramePrefix);
  if (finished_) return false;  // the input's error was reported
  if (data.empty()) {
    report(0, "F1", "the file is empty");
    return false;
  }
  if (data.size() >= kFramePrefix && get_u32(data, 0) == kSkippableHeader)
    data = peek(kFramePrefix + std::min(get_u32(data, 4), kMaxHeader));
  size_t size = 0;
  switch (decode_header(data, header_, size)) {
    case HeaderError::None:
      break;
    case HeaderError::NotATrace:
      report(0, "F1", "this is not a thrace trace");
      return false;
    case HeaderError::Short:
      report(data.size(), "F1", "the header is cut", true);
      return false;
    case HeaderError::Damaged:
      report(0, "F1", "the header is damaged");
      return false;
    case HeaderError::NewerVersion:
      report(0, "F1",
             fmt::format("the trace has format version {}; this program reads versions up to {}",
                         header_.version, kFormatVersion));
      return false;
  }
  frames_.push_back({static_cast<uint32_t>(size), 0});
  skip(size);
  attachments_ = indexed_attachments(*input_);
  return true;
}

bool Reader::next(Generation& generation) {
  generation.reset();
  while (!finished_) {
    const std::string_view data = peek(4);
    if (data.empty()) {
      if (finished_) break;
      if (closed_ && last_end_ == EndReason::Next)
        report(offset(), "F7", "the last generation says that another one follows", true);
      if (closed_ && last_generation_ == 0)
        report(offset(), "F7",
               "the file was closed without a generation: the disk was full, or a limit reached",
               true);
      if (!closed_) report(offset(), "F8", "the index is missing: the file was not closed", true);
      finished_ = true;
      break;
    }
    if (data.size() < 4) {
      report(offset(), "F1", "a frame is cut", true);
      finished_ = true;
      break;
    }
    const uint64_t start = offset();
    const uint32_t magic = get_u32(data, 0);
    if (closed_) {
      report(start, "F8", "something follows the index");
      closed_ = false;
    }
    if (magic == ZSTD_MAGICNUMBER) {
      generation.offset = start;
      bool complete = false;
      const bool intact = expand(generation, complete);
      generation.damaged = !intact;
      generation.parse(name_, complete, problems_);
      if (complete)
        frames_.push_back({static_cast<uint32_t>(offset() - start),
                           static_cast<uint32_t>(generation.data.size())});
      if (!intact) {
        if (offset() == start) skip(4);  // zstd took nothing: not the same frame once more
        resynchronize();
      }
      if (generation.batches.empty()) {
        gap_ = gap_ || complete || !intact;
        generation.reset();
        continue;
      }
      check_order(generation);
      return true;
    }
    if ((magic & kSkippableMask) == kSkippable) {
      if (read_skippable(magic)) continue;
      finished_ = true;
      break;
    }
    report(start, "F1", "neither a generation nor an index starts here");
    skip(1);
    resynchronize();
  }
  return false;
}

// Expands the frame at the front.  False if it is damaged; `complete` if it was there to its end.
// Cut frames are neither: what zstd gave is in generation.data.
bool Reader::expand(Generation& generation, bool& complete) {
  std::string& out = generation.data;
  const uint64_t start = offset();
  size_t used = 0;
  bool intact = true;
  ZSTD_DCtx_reset(zstd_, ZSTD_reset_session_only);
  while (true) {
    const std::string_view data = peek(1);
    if (data.empty()) {
      report(start, "F1", "the frame of the last generation is cut", true);
      break;
    }
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    size_t left = 1;
    while (in.pos < in.size || used == out.size()) {
      if (used == out.size()) {
        if (used >= kMaxGeneration) {
          report(start, "F9",
                 fmt::format("a generation expands to more than {} bytes", kMaxGeneration));
          intact = false;
          break;
        }
        out.resize(std::min<size_t>(std::max(used * 2, kFirstExpansion), kMaxGeneration));
      }
      ZSTD_outBuffer target{out.data(), out.size(), used};
      const size_t before = in.pos;
      left = ZSTD_decompressStream(zstd_, &target, &in);
      const bool idle = target.pos == used && in.pos == before;
      used = target.pos;
      if (ZSTD_isError(left)) {
        report(offset() + in.pos, "F3",
               fmt::format("the frame is damaged: {}", ZSTD_getErrorName(left)));
        intact = false;
        break;
      }
      if (left == 0 || idle) break;
    }
    skip(in.pos);
    if (!intact) break;
    if (left == 0) {
      complete = true;
      break;
    }
  }
  out.resize(used);
  return intact;
}

bool Reader::read_skippable(uint32_t magic) {
  const uint64_t start = offset();
  std::string_view data = peek(kFramePrefix);
  if (data.size() >= kFramePrefix) {
    const uint64_t size = kFramePrefix + static_cast<uint64_t>(get_u32(data, 4));
    if (magic == kSkippableAttachment) return read_attachment(size);
    // The index has eight bytes for each frame before it; other frames are small or not ours.
    const uint64_t limit = std::max<uint64_t>(kMaxHeader, frames_.size() * 8 + 64);
    if (size > limit) {
      report(start, "F9", "a skippable frame is larger than it can be");
      skip(4);
      resynchronize();
      return true;
    }
    data = peek(size);
    if (data.size() >= size) {
      if (magic == kSkippableIndex)
        read_index(data.substr(0, size));
      else
        frames_.push_back({static_cast<uint32_t>(size), 0});
      skip(size);
      return true;
    }
  }
  report(start, magic == kSkippableIndex ? "F8" : "F1",
         magic == kSkippableIndex ? "the index is cut" : "a skippable frame is cut", true);
  return false;
}

// Remembers where an attachment lies, or, from a pipe, the frame itself, and passes it by.  False
// if the file ends within it.
bool Reader::read_attachment(uint64_t size) {
  const uint64_t start = offset();
  AttachmentHeader header;
  const std::string_view data = peek(std::min<uint64_t>(size, kMaxAttachmentHeader));
  const bool sound = decode_attachment(data.substr(0, size), header);
  const auto here = [&](const Attachment& attachment) { return attachment.offset == start; };
  const bool known = std::any_of(attachments_.begin(), attachments_.end(), here);
  const bool taken = sound && !known && attachments_.size() < kMostAttachments;
  if (taken) attachments_.push_back({header.build, header.path, start, size, header.size, nullptr});
  const bool kept = taken && input_->size() == 0 && attached_ + header.size <= kMaxImages;
  std::string frame;
  for (uint64_t left = size; left;) {
    const uint64_t part = std::min<uint64_t>(left, peek(1).size());
    if (!part) {
      report(start, "F11", "an attachment is cut", true);
      std::erase_if(attachments_, here);
      return false;
    }
    if (kept) frame += peek(1).substr(0, part);
    skip(part);
    left -= part;
  }
  if (kept) attachments_.back().frame = std::make_shared<const std::string>(std::move(frame));
  if (!sound) report(start, "F11", "an attachment is damaged");
  if (sound && (attached_ += header.size) > kMaxImages)
    report(start, "F9", fmt::format("the attachments expand to more than {} bytes", kMaxImages));
  frames_.push_back({static_cast<uint32_t>(size), 0});
  return true;
}

void Reader::read_index(std::string_view frame) {
  std::vector<FrameSize> listed;
  const auto same = [](const FrameSize& a, const FrameSize& b) {
    return a.compressed == b.compressed && a.decompressed == b.decompressed;
  };
  if (!decode_index(frame, listed))
    report(offset(), "F8", "the index is damaged");
  else if (!std::equal(listed.begin(), listed.end(), frames_.begin(), frames_.end(), same))
    report(offset(), "F8", "the index does not agree with the frames before it");
  closed_ = true;
}

// Goes to the next place where a generation or the index may start.
void Reader::resynchronize() {
  gap_ = true;
  while (true) {
    const std::string_view data = peek(4);
    if (data.size() < 4) {
      skip(data.size());
      return;
    }
    size_t i = 0;
    for (; i + 4 <= data.size(); i++) {
      const uint32_t magic = get_u32(data, i);
      if (magic == ZSTD_MAGICNUMBER || magic == kSkippableIndex) break;
    }
    skip(i);
    if (i + 4 <= data.size()) return;
  }
}

void Reader::check_order(Generation& generation) {
  if (last_generation_ != 0 && generation.number != last_generation_ + 1) {
    if (!gap_)
      report(
          generation.offset, "F4",
          fmt::format("generation {} follows generation {}", generation.number, last_generation_));
    generation.after_gap = true;
  }
  if (last_generation_ != 0 && last_end_ != EndReason::Next && last_end_ != EndReason::None)
    report(generation.offset, "F7", "a generation follows the end of the trace");
  if (gap_) generation.after_gap = true;
  gap_ = false;
  last_generation_ = generation.number;
  last_end_ = generation.end;
}

}  // namespace thrace
