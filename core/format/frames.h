// The frames of a Stack event as bytes: for each frame the zigzag varint of its difference to the
// frame before it (the first: to 0), modulo 2^64.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thrace {

// Appends the encoding of `frames`, innermost first, to `out`.
void encode_frames(std::string& out, std::span<const uint64_t> frames);

// Replaces `frames` by what `bytes` encode.  False if they end within a varint or hold more than
// kMaxFrames.
bool decode_frames(std::string_view bytes, std::vector<uint64_t>& frames);

}  // namespace thrace
