// Variable-length integers: little-endian base 128 (LEB128), and zigzag for signed values.
// The encoding is that of DWARF and of protobuf; 64 bits take at most ten bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace thrace {

inline constexpr size_t kMaxVarint = 10;

inline void put_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// The same into memory that has room for kMaxVarint bytes.  Returns the place behind it.
inline char* put_varint(char* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

// Reads a varint at `pos` and moves `pos` behind it.  False, with `pos` unchanged, if the text ends
// within it or if it does not fit into 64 bits.
inline bool get_varint(std::string_view in, size_t& pos, uint64_t& value) {
  if (pos < in.size() && !(in[pos] & 0x80)) {
    value = static_cast<uint8_t>(in[pos++]);
    return true;
  }
  uint64_t result = 0;
  for (size_t i = 0; i < kMaxVarint && pos + i < in.size(); i++) {
    const uint64_t byte = static_cast<uint8_t>(in[pos + i]);
    if (i == kMaxVarint - 1 && byte > 1) return false;
    result |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      pos += i + 1;
      value = result;
      return true;
    }
  }
  return false;
}

constexpr uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

constexpr int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace thrace
