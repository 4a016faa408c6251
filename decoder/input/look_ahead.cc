// Going from the index to the attachments.
#include "decoder/input/look_ahead.h"

#include <algorithm>

#include "core/format/file.h"

namespace thrace {
namespace {

constexpr size_t kLargestIndex = 64 << 20;  // bytes: a larger one is read where it stands

// The sizes of all frames, the index left out; empty if there is no index that fits the file.
std::vector<FrameSize> read_frames(const Input& input) {
  const uint64_t size = input.size();
  const uint64_t frame =
      index_size(input.part(size - std::min<uint64_t>(size, kIndexFooter), kIndexFooter));
  std::vector<FrameSize> frames;
  if (frame == 0 || frame > kLargestIndex || frame > size) return {};
  if (!decode_index(input.part(size - frame, frame), frames)) return {};
  uint64_t sum = frame;
  for (const FrameSize& each : frames) sum += each.compressed;
  return sum == size ? frames : std::vector<FrameSize>();
}

}  // namespace

std::vector<Attachment> indexed_attachments(const Input& input) {
  std::vector<Attachment> found;
  if (input.size() == 0) return found;
  uint64_t offset = 0;
  size_t looks = 0;
  for (const FrameSize& frame : read_frames(input)) {
    const bool skippable = offset != 0 && frame.decompressed == 0;
    AttachmentHeader header;
    if (skippable && looks++ < kMostAttachments &&
        decode_attachment(
            input.part(offset, std::min<size_t>(frame.compressed, kMaxAttachmentHeader)), header) &&
        header.frame_size == frame.compressed)
      found.push_back({header.build, header.path, offset, frame.compressed, header.size, nullptr});
    offset += frame.compressed;
  }
  return found;
}

}  // namespace thrace
