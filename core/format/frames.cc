// Encoding and decoding of the frames of a stack.
#include "core/format/frames.h"

#include "core/format/event.h"
#include "core/format/varint.h"

namespace thrace {

void encode_frames(std::string& out, std::span<const uint64_t> frames) {
  uint64_t before = 0;
  for (const uint64_t frame : frames) {
    put_varint(out, zigzag(static_cast<int64_t>(frame - before)));
    before = frame;
  }
}

bool decode_frames(std::string_view bytes, std::vector<uint64_t>& frames) {
  frames.clear();
  uint64_t frame = 0;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t difference;
    if (frames.size() == kMaxFrames || !get_varint(bytes, at, difference)) return false;
    frames.push_back(frame += static_cast<uint64_t>(unzigzag(difference)));
  }
  return true;
}

}  // namespace thrace
